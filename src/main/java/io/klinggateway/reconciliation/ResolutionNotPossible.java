package io.klinggateway.reconciliation;

/** A generation cannot be resolved like this; nothing was changed. */
final class ResolutionNotPossible extends RuntimeException {

    ResolutionNotPossible(String sentence) {
        super(sentence);
    }
}
