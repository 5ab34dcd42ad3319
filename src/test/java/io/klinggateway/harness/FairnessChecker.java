package io.klinggateway.harness;

import io.klinggateway.harness.Books.Generation;
import io.klinggateway.harness.Books.Turn;
import io.klinggateway.harness.Chaos.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Follows the queue turn by turn and keeps accounts of its own: each turn costs a team one share of its weight, and a team that
 * comes back with something to send starts where the queue is. Whoever is furthest behind is next. Within a key, what came
 * first is sent first. Both hold for what was never sent before.
 *
 * <p>The queue may not see at once what has just been admitted, and may pass over what another transaction holds at that
 * moment; therefore only what goes on is held against it: {@link #VISIBLE_AFTER} and {@link #PATIENCE} are its tolerances.
 * Where a replica's line to the database, the database, or a frozen replica keeps rows locked, nothing is.
 */
final class FairnessChecker {

    private static final Duration VISIBLE_AFTER = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration AFTER_FAULT = Duration.ofSeconds(3);
    private static final int MOST_TURNS_PASSED_OVER = 8;

    private final Map<UUID, Generation> generations;
    private final List<Turn> turns;
    private final Map<UUID, Instant> leftQueue = new HashMap<>();
    private final List<Window> locked;
    private final List<Violation> violations = new ArrayList<>();
    private int compared;
    private int mostPassedOver;
    private int mostWaiting;

    FairnessChecker(Books books, List<Window> windows) {
        this.generations = books.generations().stream().collect(Collectors.toMap(Generation::id, Function.identity()));
        this.turns = books.turns();
        this.locked = windows.stream().filter(FairnessChecker::mayLock).toList();
        turns.stream()
                .filter(turn -> turn.before().equals("WAITING"))
                .forEach(turn -> leftQueue.putIfAbsent(turn.generation(), turn.at()));
    }

    private static boolean mayLock(Window window) {
        return window.kind().contains("DATABASE")
                || window.kind().contains("PostgreSQL")
                || window.kind().startsWith("SIGSTOP");
    }

    List<Violation> check() {
        checkClaimedOnce();
        checkTeams();
        checkKeys();
        return violations;
    }

    String summary() {
        return "%d turns, %d of them compared with teams that waited; at most %d waiting, %d turns past a team that was next"
                .formatted(turns.stream().filter(Turn::claimed).count(), compared, mostWaiting, mostPassedOver);
    }

    private boolean isLocked(Instant at) {
        return locked.stream()
                .anyMatch(window -> window.from().isBefore(at)
                        && (window.to().equals(Instant.MAX)
                                || window.to().plus(AFTER_FAULT).isAfter(at)));
    }

    private void checkClaimedOnce() {
        turns.stream()
                .filter(Turn::claimedTwice)
                .forEach(turn -> violations.add(
                        new Violation("claimed twice", "an attempt was opened beside another that was open: " + turn)));
    }

    /** One team's place, by the checker's own account. */
    private static final class Account {

        final Team team;
        double time;
        int waiting;
        int passedOver;

        @Nullable
        Instant passedOverSince;

        Account(Team team) {
            this.team = team;
        }

        double turn() {
            return 1.0 / team.weight();
        }

        void isServed() {
            passedOver = 0;
            passedOverSince = null;
        }
    }

    private record Event(
            Instant at, @Nullable Turn turn, @Nullable Generation arrived) {}

    private void checkTeams() {
        Map<String, Account> accounts = new HashMap<>();
        Team.ALL.forEach(team -> accounts.put(team.name(), new Account(team)));
        var events = new ArrayList<Event>();
        turns.forEach(turn -> events.add(new Event(turn.at(), turn, null)));
        generations.values().forEach(generation -> events.add(new Event(generation.createdAt(), null, generation)));
        events.sort(Comparator.comparing(Event::at));
        var queueVirtualTime = 0.0;
        for (var event : events) {
            if (event.arrived != null) {
                var account = account(accounts, event.arrived);
                if (account.waiting++ == 0) {
                    account.time = Math.max(account.time, queueVirtualTime);
                }
            }
            if (event.turn != null) {
                var turn = event.turn;
                var account = account(accounts, generation(turn));
                if (turn.claimed()) {
                    if (turn.before().equals("WAITING")) {
                        queueVirtualTime = Math.max(queueVirtualTime, account.time);
                        compare(turn, account, accounts);
                    }
                    account.time += account.turn();
                    account.isServed();
                }
                account.waiting += turn.after().equals("WAITING") ? 1 : 0;
                account.waiting -= turn.before().equals("WAITING") ? 1 : 0;
            }
            mostWaiting = Math.max(
                    mostWaiting,
                    accounts.values().stream().mapToInt(each -> each.waiting).sum());
        }
    }

    private Generation generation(Turn turn) {
        return Objects.requireNonNull(generations.get(turn.generation()));
    }

    private static Account account(Map<String, Account> accounts, Generation generation) {
        return Objects.requireNonNull(accounts.get(generation.team()));
    }

    private void compare(Turn turn, Account served, Map<String, Account> accounts) {
        var isLocked = isLocked(turn.at());
        for (var other : accounts.values()) {
            if (other == served) {
                continue;
            }
            var isNext = served.time > other.time + served.turn() + other.turn();
            if (isLocked || !isNext || !turn.isFirst() || !waitsFirst(other.team, turn.at())) {
                if (isLocked || !waitsFirst(other.team, turn.at())) {
                    other.isServed();
                }
                continue;
            }
            compared++;
            other.passedOver++;
            var since = other.passedOverSince == null ? turn.at() : other.passedOverSince;
            other.passedOverSince = since;
            mostPassedOver = Math.max(mostPassedOver, other.passedOver);
            if (other.passedOver == MOST_TURNS_PASSED_OVER
                    && since.plus(PATIENCE).isAfter(turn.at())) {
                other.passedOver--; // so many in a moment: it goes on waiting for the time to tell
            } else if (other.passedOver >= MOST_TURNS_PASSED_OVER) {
                violations.add(new Violation(
                        "starved",
                        "team %s was next since %s, and %d turns went to others, the last to %s: %s"
                                .formatted(other.team.name(), since, other.passedOver, served.team.name(), turn)));
                other.isServed();
            }
        }
    }

    /** Whether something that was never sent waits, has for a while, and goes on to. */
    private boolean waitsFirst(Team team, Instant at) {
        return generations.values().stream()
                .filter(generation -> generation.team().equals(team.name()))
                .anyMatch(generation -> waits(generation, at));
    }

    private boolean waits(Generation generation, Instant at) {
        var left = leftQueue.getOrDefault(generation.id(), Instant.MAX);
        return generation.createdAt().plus(VISIBLE_AFTER).isBefore(at) && left.isAfter(at.plus(VISIBLE_AFTER));
    }

    private void checkKeys() {
        var byKey = generations.values().stream().collect(Collectors.groupingBy(Generation::key));
        for (var turn : turns) {
            if (turn.isFirst() && !isLocked(turn.at())) {
                var sent = generation(turn);
                byKey.getOrDefault(sent.key(), List.of()).stream()
                        .filter(other -> other.createdAt().plus(VISIBLE_AFTER).isBefore(sent.createdAt()))
                        .filter(other -> waits(other, turn.at()))
                        .findAny()
                        .ifPresent(other -> violations.add(
                                new Violation("overtaken", "%s was sent before %s".formatted(sent, other))));
            }
        }
    }
}
