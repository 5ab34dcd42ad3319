package io.klinggateway.oversight;

/** A generation cannot be resolved like this; nothing was changed. */
public final class ResolutionRefused extends RuntimeException {

    ResolutionRefused(String sentence) {
        super(sentence);
    }
}
