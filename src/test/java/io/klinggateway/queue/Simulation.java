package io.klinggateway.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/** Callers who ask for calls again and again, in time that passes as fast as the database answers. */
final class Simulation {

    /** Somebody who asks once and says when to ask again. */
    interface Caller {
        Duration ask(Instant now);
    }

    private record Turn(Instant at, long order, Caller caller) {}

    private static final Instant START = Instant.parse("2026-07-01T12:00:00Z");
    private static final Duration SHORTEST = Duration.ofNanos(1000);

    private final RateDatabase database;
    private final PriorityQueue<Turn> turns =
            new PriorityQueue<>(Comparator.comparing(Turn::at).thenComparingLong(Turn::order));
    private final Map<String, List<Instant>> calls = new HashMap<>();
    private final Random random = new Random(7);
    private long order;

    Simulation(RateDatabase database) {
        this.database = database;
        database.moveTimeTo(START);
    }

    /** Sends whatever it may, as soon as it may. */
    void dispatcher(int most) {
        add(now -> {
            RateDatabase.Turn turn = database.next(most);
            record("SEND", now, turn.claimed());
            record("REPEAT", now, turn.repeats());
            return turn.waitFor().isZero() ? pauseOf(turn) : turn.waitFor();
        });
    }

    private static Duration pauseOf(RateDatabase.Turn turn) {
        return turn.claimed() > 0 ? Duration.ZERO : Duration.ofMillis(100);
    }

    /** Asks at moments of its own, as a replica does that has other things to do. */
    void unpunctualDispatcher(int most, Duration atMost) {
        add(now -> {
            RateDatabase.Turn turn = database.next(most);
            record("SEND", now, turn.claimed());
            return turn.waitFor().plusNanos(random.nextLong(atMost.toNanos()));
        });
    }

    /** Takes a call whenever one is granted, waits until it may be made, and asks at once for the next. */
    void greedy(String purpose, Duration patience) {
        add(now -> {
            RateDatabase.Grant grant = database.take(purpose, patience);
            if (grant.granted()) {
                record(purpose, now.plus(grant.waitFor()), 1);
            }
            return grant.waitFor();
        });
    }

    private void add(Caller caller) {
        turns.add(new Turn(START, order++, caller));
    }

    private void record(String purpose, Instant at, int times) {
        for (int call = 0; call < times; call++) {
            calls.computeIfAbsent(purpose, _ -> new ArrayList<>()).add(at);
        }
    }

    void run(Duration duration) {
        Instant end = START.plus(duration);
        for (Turn turn = turns.remove(); turn.at().isBefore(end); turn = turns.remove()) {
            database.moveTimeTo(turn.at());
            Duration wait = turn.caller().ask(turn.at());
            turns.add(new Turn(turn.at().plus(wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait), order++, turn.caller()));
        }
    }

    List<Instant> calls(String... purposes) {
        return List.of(purposes).stream()
                .flatMap(purpose -> calls.getOrDefault(purpose, List.of()).stream())
                .sorted()
                .toList();
    }

    /** Calls in the minute that begins so many minutes after the start. */
    long callsInMinute(int minute, String... purposes) {
        Instant begin = START.plus(Duration.ofMinutes(minute));
        Instant end = begin.plus(Duration.ofMinutes(1));
        return calls(purposes).stream()
                .filter(at -> !at.isBefore(begin) && at.isBefore(end))
                .count();
    }

    /** The most calls in any 60 seconds, wherever they begin. */
    static int mostInAnyMinute(List<Instant> calls) {
        int most = 0;
        int oldest = 0;
        for (int newest = 0; newest < calls.size(); newest++) {
            while (!calls.get(oldest).plus(Duration.ofMinutes(1)).isAfter(calls.get(newest))) {
                oldest++;
            }
            most = Math.max(most, newest - oldest + 1);
        }
        return most;
    }
}
