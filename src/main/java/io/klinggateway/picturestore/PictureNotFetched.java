package io.klinggateway.picturestore;

import java.io.IOException;

/** An image could not be fetched from the vendor. The message names the kind of failure, and nothing that the vendor said. */
final class PictureNotFetched extends IOException {

    PictureNotFetched(String kind) {
        super(kind);
    }
}
