package io.klinggateway.picturestore;

/**
 * How the copy of one image stands.
 *
 * @param number its place in the generation's result, from 1
 * @param vendorUrl where the vendor keeps it, for a while
 * @param vendorOver whether the vendor's retention is over
 * @param extension of the name of a file with it, with its dot; empty as long as nobody has looked at it
 */
public record PictureCopy(int number, PictureState state, String vendorUrl, boolean vendorOver, String extension) {

    public boolean isStored() {
        return state == PictureState.STORED;
    }
}
