package io.klinggateway.harness;

/** A promise that was broken. */
record Violation(String kind, String explanation) {

    @Override
    public String toString() {
        return kind + ": " + explanation;
    }
}
