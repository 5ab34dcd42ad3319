package io.klinggateway.harness;

import io.klinggateway.harness.NetworkFault.Break;
import io.klinggateway.harness.NetworkFault.Direction;
import io.klinggateway.harness.NetworkFault.Latency;
import io.klinggateway.harness.NetworkFault.Refuse;
import io.klinggateway.harness.NetworkFault.Slice;
import io.klinggateway.harness.NetworkFault.Stall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/** One fault of the plan, and the calm that goes before it. */
sealed interface Step {

    Duration calm();

    /** When the blow falls. */
    enum Cue {
        AT_ONCE,
        VENDOR_RECEIVED,
        COMMIT_ANSWERED,
        VENDOR_ACCEPTED,
        ADMISSION_SENT,
        COMMIT_ON_THE_WIRE,
        VENDOR_HALF_ANSWERED,
        RESOLUTION_ON_THE_WIRE,
        ADMISSION_ON_THE_WIRE,
        COMMIT_SENT
    }

    /** A line between two processes. */
    enum Line {
        VENDOR,
        DATABASE_OF_FIRST,
        DATABASE_OF_SECOND
    }

    record KillReplica(int replica, Cue cue, Duration calm) implements Step {}

    record KillDatabase(int replica, Cue cue, Duration down, Duration calm) implements Step {}

    /** @param beyondLease how much longer than a lease */
    record FreezeReplica(int replica, Cue cue, Duration beyondLease, Duration calm) implements Step {}

    record BreakLine(Line line, NetworkFault fault, Duration longest, Duration calm) implements Step {}

    record BreakVendor(VendorFault fault, int times, Duration longest, Duration calm) implements Step {}

    /** A third replica joins the others, stays, and is stopped in good order. */
    record Visit(Duration stay, Duration calm) implements Step {}

    /** When a database may fall. */
    List<Cue> DATABASE_CUES = List.of(
            Cue.AT_ONCE,
            Cue.ADMISSION_ON_THE_WIRE,
            Cue.ADMISSION_SENT,
            Cue.RESOLUTION_ON_THE_WIRE,
            Cue.COMMIT_ON_THE_WIRE,
            Cue.COMMIT_SENT,
            Cue.COMMIT_ANSWERED);

    /** What befalls the processes, one after the other. */
    static List<Step> processSteps(ProofSettings settings) {
        var random = new SplittableRandom(settings.seed());
        var steps = new ArrayList<Step>();
        for (var kill = 0; kill < settings.replicaKills(); kill++) {
            steps.add(new KillReplica(random.nextInt(2), cue(kill), calm(random)));
        }
        for (var kill = 0; kill < settings.databaseKills(); kill++) {
            steps.add(new KillDatabase(
                    random.nextInt(2), databaseCue(random), millis(random.nextInt(1, 4000)), calm(random)));
        }
        for (var freeze = 0; freeze < settings.freezes(); freeze++) {
            steps.add(new FreezeReplica(
                    random.nextInt(2), cue(random.nextInt(10)), millis(random.nextInt(200, 3000)), calm(random)));
        }
        Collections.shuffle(steps, new Random(settings.seed()));
        return steps;
    }

    /** What befalls the lines and the vendor, one after the other. */
    static List<Step> lineSteps(ProofSettings settings) {
        var random = new SplittableRandom(settings.seed() + 1);
        var steps = new ArrayList<Step>();
        for (var fault = 0; fault < settings.networkFaults(); fault++) {
            steps.add(new BreakLine(
                    List.of(Line.values()).get(random.nextInt(Line.values().length)),
                    networkFault(fault, random),
                    millis(random.nextInt(300, 3500)),
                    calm(random)));
        }
        var kinds = settings.bug().map(PlantedBug::faults).orElse(List.of(VendorFault.values()));
        for (var fault = 0; fault < settings.vendorFaults(); fault++) {
            steps.add(new BreakVendor(
                    kinds.get(fault % kinds.size()),
                    random.nextInt(1, 25),
                    millis(random.nextInt(500, 3000)),
                    calm(random)));
        }
        Collections.shuffle(steps, new Random(settings.seed() + 1));
        return steps;
    }

    /** What comes and goes beside all that. */
    static List<Step> visits(ProofSettings settings) {
        var random = new SplittableRandom(settings.seed() + 3);
        var steps = new ArrayList<Step>();
        for (var visit = 0; visit < settings.visits(); visit++) {
            steps.add(new Visit(millis(random.nextInt(3000, 12000)), millis(random.nextInt(2000, 10000))));
        }
        return steps;
    }

    private static NetworkFault networkFault(int index, SplittableRandom random) {
        var direction = List.of(Direction.values()).get(index % 2);
        return switch (index / 2 % 6) {
            case 0 -> new Latency(direction, millis(random.nextInt(5, 400)));
            case 1 -> new Stall(direction);
            case 2 -> new Break(direction, random.nextInt(1500), true, random.nextInt(1, 6));
            case 3 -> new Break(direction, random.nextInt(1500), false, random.nextInt(1, 6));
            case 4 -> new Slice(direction);
            default -> new Refuse();
        };
    }

    private static Cue cue(int index) {
        return List.of(Cue.values()).get(index % Cue.values().length);
    }

    private static Cue databaseCue(SplittableRandom random) {
        return DATABASE_CUES.get(random.nextInt(DATABASE_CUES.size()));
    }

    private static Duration calm(SplittableRandom random) {
        return millis(random.nextInt(100, 1200));
    }

    private static Duration millis(int millis) {
        return Duration.ofMillis(millis);
    }
}
