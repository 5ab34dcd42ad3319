package io.klinggateway.problem;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of bodies may be held at once. Each counts with what it has sent, and with no less than its request takes
 * meanwhile, so that there are not too many of them either. Callers share with their like: whoever is unknown keeps neither
 * teams and operators out, nor the vendor's callbacks.
 */
final class BodyMemoryLimit {

    /** A request that is read, with its thread; most bodies are smaller. */
    static final long LEAST_BYTES = 16 * 1024;

    /** Who sends it. */
    enum Sender {
        /** A team or an operator: a key or token is checked before its body is read. */
        KNOWN(2),
        /** The vendor, if the path says so. */
        VENDOR(4),
        /** Anybody. */
        STRANGER(4);

        private final int part;

        Sender(int part) {
            this.part = part;
        }
    }

    private final long mostBytes;
    private final long largestBody;
    private final Map<Sender, AtomicLong> taken =
            Stream.of(Sender.values()).collect(Collectors.toMap(Function.identity(), _ -> new AtomicLong()));

    /** @param largestBody has room in every share */
    BodyMemoryLimit(long mostBytes, long largestBody) {
        this.mostBytes = mostBytes;
        this.largestBody = largestBody;
    }

    /** @return null if there is no room */
    @Nullable
    HeldBody enter(Sender sender) {
        HeldBody held = new HeldBody(sender);
        return held.grow(LEAST_BYTES) ? held : null;
    }

    /** What one body takes; one thread reads it, and closes this with its request. */
    final class HeldBody implements AutoCloseable {

        private final AtomicLong share;
        private final long most;
        private long bytes;

        private HeldBody(Sender sender) {
            this.share = Objects.requireNonNull(taken.get(sender));
            this.most = Math.max(mostBytes / sender.part, Math.max(largestBody, LEAST_BYTES));
        }

        /** @return false if there is no room for so many; it keeps what it had */
        boolean grow(long toBytes) {
            long more = toBytes - bytes;
            if (more <= 0) {
                return true;
            }
            if (share.addAndGet(more) > most) {
                share.addAndGet(-more);
                return false;
            }
            bytes = toBytes;
            return true;
        }

        @Override
        public void close() {
            share.addAndGet(-bytes);
            bytes = Long.MAX_VALUE; // nothing counts that is read later
        }
    }
}
