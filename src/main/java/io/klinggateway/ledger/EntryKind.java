package io.klinggateway.ledger;

/** What an entry of the journal is about. */
public enum EntryKind {
    HOLD,
    CAPTURE,
    RELEASE,
    GRANT,
    /** A correction of captured spend. */
    ADJUST
}
