package io.klinggateway.problem;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of bodies may be held at once. Each counts with what it has sent, and with no less than its request takes
 * meanwhile, so that there are not too many of them either. Callers share with their like: whoever is unknown keeps neither
 * teams and operators out, nor the vendor's callbacks. One team leaves a 64th of a share to others, and
 * {@value #OTHERS_BODIES} small bodies at least.
 */
final class BodyMemoryLimit {

    /** A request that is read, with its thread; most bodies are smaller. */
    static final long LEAST_BYTES = 16 * 1024;

    /** Small ones, for which there is room whatever one team sends. */
    private static final int OTHERS_BODIES = 24;

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
    private final Map<Sender, AtomicLong> bytesBySender =
            Stream.of(Sender.values()).collect(Collectors.toMap(Function.identity(), _ -> new AtomicLong()));
    private final Map<String, Long> bytesByTeam = new ConcurrentHashMap<>();

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
        private final long mostOfOneTeam;
        private long bytes;
        private @Nullable String team;

        private HeldBody(Sender sender) {
            long least = Math.max(largestBody, LEAST_BYTES);
            this.share = Objects.requireNonNull(bytesBySender.get(sender));
            this.most = Math.max(mostBytes / sender.part, least);
            // A thousand calls of one team at once have room, in 512 MB, too, and some of others.
            this.mostOfOneTeam = Math.max(most - Math.max(OTHERS_BODIES * LEAST_BYTES, most / 64), least);
        }

        /**
         * To be called once it is known who sends it.
         *
         * @return false if the team has no room for it
         */
        boolean belongsTo(String sender) {
            if (team != null || bytes == Long.MAX_VALUE) {
                return true;
            }
            if (!takeForTeam(sender, bytes)) {
                return false;
            }
            team = sender;
            return true;
        }

        /** @return false if there is no room for so many; it keeps what it had */
        boolean grow(long toBytes) {
            long more = toBytes - bytes;
            if (more <= 0) {
                return true;
            }
            if (team != null && !takeForTeam(team, more)) {
                return false;
            }
            if (share.addAndGet(more) > most) {
                share.addAndGet(-more);
                giveBackForTeam(more);
                return false;
            }
            bytes = toBytes;
            return true;
        }

        private boolean takeForTeam(String sender, long more) {
            AtomicBoolean room = new AtomicBoolean(true);
            bytesByTeam.compute(sender, (_, before) -> {
                long after = more + (before == null ? 0 : before);
                room.set(after <= mostOfOneTeam);
                return room.get() ? Long.valueOf(after) : before;
            });
            return room.get();
        }

        private void giveBackForTeam(long less) {
            if (team != null) {
                bytesByTeam.computeIfPresent(team, (_, all) -> all > less ? Long.valueOf(all - less) : null);
            }
        }

        @Override
        public void close() {
            share.addAndGet(-bytes);
            giveBackForTeam(bytes);
            team = null;
            bytes = Long.MAX_VALUE; // nothing counts that is read later
        }
    }
}
