package io.klinggateway.webhook;

/** What one attempt to deliver came to. */
sealed interface AttemptOutcome {

    /** For operators: a status or a kind of failure, never a receiver's words. */
    String outcome();

    /** The receiver answered 2xx. */
    record Delivered(int status) implements AttemptOutcome {

        @Override
        public String outcome() {
            return "HTTP " + status;
        }
    }

    /** The mail server took it. */
    record Posted() implements AttemptOutcome {

        @Override
        public String outcome() {
            return "taken by the mail server";
        }
    }

    /** The receiver answered 410: it wants no more of it. */
    record Gone() implements AttemptOutcome {

        @Override
        public String outcome() {
            return "HTTP 410";
        }
    }

    /** Another attempt may do better. */
    record Failed(String outcome) implements AttemptOutcome {}
}
