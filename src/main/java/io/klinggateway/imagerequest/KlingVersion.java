package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonValue;

/** The versions of the Kling Image model (apiframe: {@code klingImageParams.model_name}). */
public enum KlingVersion {
    KLING_V1("kling-v1"),
    KLING_V1_5("kling-v1-5"),
    KLING_V2("kling-v2");

    /** What the vendor uses when the property is left out. */
    public static final KlingVersion DEFAULT = KLING_V1;

    private final String wire;

    KlingVersion(String wire) {
        this.wire = wire;
    }

    @JsonValue
    public String wire() {
        return wire;
    }
}
