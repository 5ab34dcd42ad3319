package io.klinggateway.picturestore;

import io.klinggateway.ledger.GenerationId;

/**
 * Identifies a picture.
 *
 * @param number its place in the generation's result, from 1
 */
record PictureId(GenerationId generation, int number) {

    @Override
    public String toString() {
        return generation + "/" + number;
    }
}
