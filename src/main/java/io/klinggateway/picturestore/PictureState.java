package io.klinggateway.picturestore;

/** How far the copy of an image has come. */
public enum PictureState {
    /** It is to be made, and tried until it succeeds or the vendor has deleted the image. */
    PENDING,
    STORED,
    /** The vendor has deleted the image before a copy of it succeeded. */
    GAVE_UP
}
