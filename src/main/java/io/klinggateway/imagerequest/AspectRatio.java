package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonValue;

/** Width to height of the images (apiframe: {@code klingImageParams.aspect_ratio}). */
public enum AspectRatio {
    WIDE_16_9("16:9"),
    TALL_9_16("9:16"),
    SQUARE_1_1("1:1"),
    WIDE_4_3("4:3"),
    TALL_3_4("3:4"),
    WIDE_3_2("3:2"),
    TALL_2_3("2:3");

    private final String wire;

    AspectRatio(String wire) {
        this.wire = wire;
    }

    /** Higher than wide. */
    public boolean isTall() {
        return this == TALL_9_16 || this == TALL_3_4 || this == TALL_2_3;
    }

    @JsonValue
    public String wire() {
        return wire;
    }
}
