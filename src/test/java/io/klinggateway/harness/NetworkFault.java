package io.klinggateway.harness;

import java.time.Duration;

/** One way in which a line misbehaves, until it is healed. */
sealed interface NetworkFault {

    enum Direction {
        TO_SERVER,
        TO_CLIENT
    }

    String kind();

    /** Everything that goes this way arrives later. */
    record Latency(Direction direction, Duration delay) implements NetworkFault {

        @Override
        public String kind() {
            return "latency";
        }
    }

    /** Nothing goes this way any more, and nobody is told. */
    record Stall(Direction direction) implements NetworkFault {

        @Override
        public String kind() {
            return "stall";
        }
    }

    /** What goes this way arrives in crumbs. */
    record Slice(Direction direction) implements NetworkFault {

        @Override
        public String kind() {
            return "slice";
        }
    }

    /** A connection ends after so many more bytes this way: with a reset, or as if the other side had closed it. */
    record Break(Direction direction, int afterBytes, boolean reset, int connections) implements NetworkFault {

        @Override
        public String kind() {
            return reset ? "reset" : "cut";
        }
    }

    /** Nobody listens, and the open connections are gone. */
    record Refuse() implements NetworkFault {

        @Override
        public String kind() {
            return "refuse";
        }
    }
}
