package io.klinggateway.harness;

import io.klinggateway.harness.FaultyVendor.Moment;
import io.klinggateway.harness.NetworkFault.Direction;
import io.klinggateway.harness.Step.BreakLine;
import io.klinggateway.harness.Step.BreakVendor;
import io.klinggateway.harness.Step.Cue;
import io.klinggateway.harness.Step.FreezeReplica;
import io.klinggateway.harness.Step.KillDatabase;
import io.klinggateway.harness.Step.KillReplica;
import io.klinggateway.harness.Step.Visit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/** Carries out the plan's faults, and remembers when each began and ended. */
final class Chaos {

    private static final Duration CUE_WAIT = Duration.ofSeconds(3);
    private static final Duration LONGEST_STOP = Duration.ofMinutes(1);

    private final Cluster cluster;
    private final History history;
    private final Queue<Window> windows = new ConcurrentLinkedQueue<>();
    private final Queue<Violation> violations = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> counts = new TreeMap<>();

    Chaos(Cluster cluster, History history) {
        this.cluster = cluster;
        this.history = history;
    }

    /** While a fault is under way, {@code to} is far in the future. */
    record Window(String kind, Instant from, Instant to) {}

    List<Window> windows() {
        return List.copyOf(windows);
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** How often each kind of fault happened. */
    synchronized Map<String, Integer> counts() {
        return new TreeMap<>(counts);
    }

    /** Whether no fault has been under way for that long. */
    boolean hasBeenCalmFor(Duration duration) {
        var since = Instant.now().minus(duration);
        return windows.stream().allMatch(window -> window.to.isBefore(since));
    }

    void carryOut(List<Step> steps) {
        for (var step : steps) {
            Waiting.pause(step.calm());
            history.add("fault", Map.of("step", step.toString()));
            switch (step) {
                case KillReplica kill -> kill(kill);
                case KillDatabase kill -> kill(kill);
                case FreezeReplica freeze -> freeze(freeze);
                case BreakLine broken -> breakLine(broken);
                case BreakVendor broken -> breakVendor(broken);
                case Visit visit -> visit(visit);
            }
            history.add("healed", Map.of("step", step.toString()));
        }
    }

    private void kill(KillReplica step) {
        var from = Instant.now();
        var victim = new Victim(step.replica());
        var cue = await(step.cue(), step.replica(), port -> victim.choose(port).kill());
        if (cue == Cue.AT_ONCE) {
            victim.replica().kill();
        }
        during("kill -9 of a replica, " + cue, from, () -> {
            victim.replica().start();
            victim.replica().awaitReady();
        });
    }

    private void kill(KillDatabase step) {
        var from = Instant.now();
        var cue = await(step.cue(), step.replica(), _ -> cluster.postgres().kill());
        if (cue == Cue.AT_ONCE) {
            cluster.postgres().kill();
        }
        during("kill -9 of PostgreSQL, " + cue, from, () -> {
            Waiting.pause(step.down());
            cluster.postgres().restart();
        });
    }

    private void freeze(FreezeReplica step) {
        var from = Instant.now();
        var victim = new Victim(step.replica());
        var cue = await(step.cue(), step.replica(), port -> victim.choose(port).freeze());
        if (cue == Cue.AT_ONCE) {
            victim.replica().freeze();
        }
        during("SIGSTOP of a replica, " + cue, from, () -> {
            Waiting.pause(Cluster.LEASE.plus(step.beyondLease()));
            victim.replica().thaw();
        });
    }

    /** The replica of the plan, or the one that is seen at the cue. */
    private final class Victim {

        private volatile Replica replica;

        Victim(int planned) {
            this.replica = cluster.replicas().get(planned);
        }

        Replica choose(int portSeenByVendor) {
            cluster.senderOf(portSeenByVendor).ifPresent(sender -> replica = sender);
            return replica;
        }

        Replica replica() {
            return replica;
        }
    }

    /** @return the cue if it came, and the action is done; AT_ONCE if it did not come, and nothing is done yet */
    private Cue await(Cue cue, int replica, IntConsumer blow) {
        var database = cluster.databaseLine(replica);
        var decided = new AtomicBoolean();
        IntConsumer action = port -> {
            if (decided.compareAndSet(false, true)) {
                blow.accept(port);
            }
        };
        Runnable strike = () -> action.accept(-1);
        var seen = switch (cue) {
            case AT_ONCE -> CompletableFuture.completedFuture(false);
            case VENDOR_RECEIVED -> cluster.vendor().at(Moment.RECEIVED, action);
            case VENDOR_ACCEPTED -> cluster.vendor().at(Moment.ACCEPTED, action);
            case VENDOR_HALF_ANSWERED -> cluster.vendor().at(Moment.HALF_ANSWERED, action);
            case ADMISSION_ON_THE_WIRE -> database.watch(Direction.TO_SERVER, "admit_generation", true, strike);
            case ADMISSION_SENT -> database.watch(Direction.TO_SERVER, "admit_generation", false, strike);
            case RESOLUTION_ON_THE_WIRE -> database.watch(Direction.TO_SERVER, "ledger_resolve", true, strike);
            case COMMIT_ON_THE_WIRE -> database.watch(Direction.TO_SERVER, "COMMIT", true, strike);
            case COMMIT_SENT -> database.watch(Direction.TO_SERVER, "COMMIT", false, strike);
            case COMMIT_ANSWERED -> database.watch(Direction.TO_CLIENT, "COMMIT", true, strike);
        };
        try {
            return seen.get(CUE_WAIT.toMillis(), TimeUnit.MILLISECONDS) ? cue : Cue.AT_ONCE;
        } catch (TimeoutException notSeen) {
            cluster.vendor().forgetMoment();
            database.unwatch();
            if (decided.compareAndSet(false, true)) {
                return Cue.AT_ONCE;
            }
            seen.join(); // it came in the last moment, and the blow is falling
            return cue;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void breakLine(BreakLine step) {
        var line = cluster.line(step.line());
        during(step.fault().kind() + " on the line " + step.line(), Instant.now(), () -> {
            line.arm(step.fault());
            Waiting.isTrueWithin(step.longest(), line::isSpent);
            line.heal();
        });
    }

    private void breakVendor(BreakVendor step) {
        var vendor = cluster.vendor();
        during("vendor " + step.fault(), Instant.now(), () -> {
            vendor.arm(step.fault(), step.times());
            Waiting.isTrueWithin(step.longest(), vendor::isSpent);
            vendor.heal();
            Waiting.pause(afterEffect(step.fault()));
        });
    }

    /** How long the gateway stays away as it was told to. */
    private static Duration afterEffect(VendorFault fault) {
        return switch (fault) {
            case THROTTLED, THROTTLED_UNTIL_DATE -> FaultyVendor.RETRY_AFTER;
            case OUT_OF_CREDITS, KEY_INACTIVE, DENIED_AFTER_LOST_ANSWER -> Cluster.PROBE_PAUSE;
            default -> Duration.ZERO;
        };
    }

    /** No fault: nothing may be late for it. */
    private void visit(Visit step) {
        var visitor = cluster.visitor();
        visitor.start();
        visitor.awaitReady();
        cluster.visited(true);
        Waiting.pause(step.stay());
        var inTime = visitor.stop(LONGEST_STOP);
        cluster.visited(false);
        count("a third replica came and went");
        if (!inTime) {
            violations.add(new Violation("never ends", "a replica had not stopped after " + LONGEST_STOP));
        }
    }

    private synchronized void count(String kind) {
        counts.merge(kind, 1, Integer::sum);
    }

    private void during(String kind, Instant from, Runnable fault) {
        count(kind);
        var open = new Window(kind, from, Instant.MAX);
        windows.add(open);
        fault.run();
        windows.remove(open);
        windows.add(new Window(kind, from, Instant.now()));
    }
}
