package io.klinggateway.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How much of what a run does.
 *
 * @param visits how often a third replica comes, and goes again
 * @param races at least so many orders that are sent to both replicas at once
 * @param betweenOrders the rhythm of the load while it is more than the rate allows
 * @param settling how long after the last fault everything may take to come to rest
 */
record ProofSettings(
        String name,
        long seed,
        int replicaKills,
        int databaseKills,
        int freezes,
        int visits,
        int networkFaults,
        int vendorFaults,
        int races,
        Duration betweenOrders,
        Duration settling,
        Optional<PlantedBug> bug) {

    /** From the promise: looked at within 30 s, the job itself, settled within 10 s of its end. */
    static final Duration PROMISED_SETTLING = Duration.ofSeconds(42);

    static ProofSettings quiet() {
        return new ProofSettings(
                "quiet",
                chosenSeed(),
                0,
                0,
                0,
                0,
                0,
                0,
                40,
                Duration.ofMillis(40),
                PROMISED_SETTLING,
                Optional.empty());
    }

    static ProofSettings shortForm() {
        return new ProofSettings(
                "short",
                chosenSeed(),
                6,
                1,
                1,
                1,
                20,
                14,
                300,
                Duration.ofMillis(60),
                PROMISED_SETTLING,
                Optional.empty());
    }

    static ProofSettings longForm() {
        return new ProofSettings(
                "long",
                chosenSeed(),
                Integer.getInteger("harness.kills", 60),
                Integer.getInteger("harness.databaseCrashes", 20),
                Integer.getInteger("harness.freezes", 10),
                Integer.getInteger("harness.visits", 10),
                Integer.getInteger("harness.networkFaults", 400),
                Integer.getInteger("harness.vendorFaults", 100),
                Integer.getInteger("harness.races", 2000),
                Duration.ofMillis(Integer.getInteger("harness.betweenOrdersMillis", 60)),
                PROMISED_SETTLING,
                Optional.empty());
    }

    /** Enough trouble for any of them to show, and little patience with what hangs. */
    static ProofSettings with(PlantedBug bug) {
        return new ProofSettings(
                bug.name(),
                chosenSeed(),
                2,
                0,
                0,
                1,
                2,
                28,
                60,
                bug.betweenOrders(),
                Duration.ofSeconds(20),
                Optional.of(bug));
    }

    private static long chosenSeed() {
        return Long.getLong("harness.seed", 20_261_101L);
    }

    Path directory() {
        return Path.of("target", "harness", name).toAbsolutePath();
    }
}
