package io.klinggateway.harness;

import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What one caller wants, as the plan says: the same seed and number always give the same order.
 *
 * @param key its idempotency key; null for a caller who has none
 * @param fate how the vendor ends the job
 * @param keyIndex which of its team's keys it calls with
 * @param copies how many times it is sent at once, in turn to all replicas; more than one is a race
 * @param firstReplica where the first copy goes
 * @param patience how long the caller waits for an answer before it hangs up
 * @param retries how often the caller repeats what was refused for now
 * @param cancel how the caller cancels the job that it got
 * @param cancelAfter how long it waits with that
 */
record Order(
        int number,
        Team team,
        int keyIndex,
        @Nullable String key,
        int images,
        Fate fate,
        int copies,
        int firstReplica,
        Duration patience,
        int retries,
        Cancel cancel,
        Duration cancelAfter) {

    private static final Duration LONG_PATIENCE = Duration.ofSeconds(20);

    enum Cancel {
        NOT,
        ONCE,
        /** And again, for a while or until it succeeds. */
        REPEATEDLY,
        /** Two callers on two replicas at the same moment. */
        FROM_TWO_SIDES
    }

    enum Fate {
        COMPLETED(""),
        FAILED(" [fail]"),
        CANCELLED(" [cancel]");

        private final String mark;

        Fate(String mark) {
            this.mark = mark;
        }
    }

    static Order planned(long seed, int number) {
        var random = new SplittableRandom(seed * 1_000_003 + number);
        var race = random.nextInt(100) < 55;
        var keyed = race || random.nextInt(100) < 85;
        var hangsUp = !race && random.nextInt(100) < 6;
        var team = team(random);
        return new Order(
                number,
                team,
                random.nextInt(team.keys()),
                keyed ? "order-" + number : null,
                random.nextInt(1, 5),
                fate(random),
                race ? random.nextInt(2, 4) : 1,
                random.nextInt(2),
                hangsUp ? Duration.ofMillis(random.nextInt(20, 600)) : LONG_PATIENCE,
                keyed ? random.nextInt(4) : 0,
                cancel(random),
                random.nextBoolean() ? Duration.ZERO : Duration.ofMillis(random.nextInt(2500)));
    }

    private static Team team(SplittableRandom random) {
        var dice = random.nextInt(100);
        var index = dice < 45 ? 0 : dice < 65 ? 1 : dice < 80 ? 2 : dice < 95 ? 3 : 4;
        return Team.ALL.get(index);
    }

    private static Cancel cancel(SplittableRandom random) {
        var dice = random.nextInt(100);
        return dice < 60 ? Cancel.NOT : dice < 68 ? Cancel.ONCE : dice < 88 ? Cancel.REPEATEDLY : Cancel.FROM_TWO_SIDES;
    }

    private static Fate fate(SplittableRandom random) {
        var dice = random.nextInt(100);
        return dice < 65 ? Fate.COMPLETED : dice < 90 ? Fate.FAILED : Fate.CANCELLED;
    }

    String apiKey() {
        return team.key(keyIndex);
    }

    boolean isRace() {
        return copies > 1;
    }

    /** Finds the order again in the books and at the vendor. */
    String prompt() {
        return "order " + number + fate.mark;
    }

    String body() {
        return String.format(
                Locale.ROOT,
                "{\"prompt\":\"%s\",\"model\":\"kling-image\",\"klingImageParams\":{\"n\":%d}}",
                prompt(),
                images);
    }

    /** The number of the order that this prompt belongs to. */
    static int numberOf(String prompt) {
        return Integer.parseInt(prompt.split(" ", -1)[1]);
    }
}
