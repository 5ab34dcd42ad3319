package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How sending, tracking and the rest share the account's 500 calls a minute. */
@Timeout(180)
class SharedRateTests {

    private static final int CALLS_PER_MINUTE = 500;
    private static final int BURST_OF_TRACKING = 5;
    private static final Duration THREE_MINUTES = Duration.ofMinutes(3);
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Instant NOW = Instant.parse("2026-07-01T12:00:00Z");

    private final RateDatabase database = new RateDatabase(CALLS_PER_MINUTE);
    private final Simulation simulation = new Simulation(database);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void trackingKeepsToATenthWhileSomethingWaitsToBeSent() {
        database.queue(1);
        simulation.greedy("TRACK", PATIENCE);
        simulation.greedy("TRACK", PATIENCE);

        simulation.run(THREE_MINUTES);

        assertThat(Simulation.mostInAnyMinute(simulation.calls("TRACK")))
                .isBetween(CALLS_PER_MINUTE / 10, CALLS_PER_MINUTE / 10 + BURST_OF_TRACKING);
        assertThat(simulation.callsInMinute(2, "TRACK")).isGreaterThanOrEqualTo(CALLS_PER_MINUTE / 10 - 1);
    }

    @Test
    void whatTrackingTakesWhileNothingWaitsIsNotHeldAgainstItLater() {
        database.moveTimeTo(NOW);
        for (int call = 0; call < 1000; call++) {
            Instant now = NOW.plusMillis(130L * call);
            database.moveTimeTo(now);
            database.take("TRACK", PATIENCE);
        }

        database.queue(1);

        assertThat(database.take("TRACK", PATIENCE).waitFor()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void trackingMayUseTheWholeRateWhileNothingWaits() {
        simulation.greedy("TRACK", PATIENCE);

        simulation.run(THREE_MINUTES);

        assertThat(simulation.callsInMinute(2, "TRACK")).isBetween(485L, (long) CALLS_PER_MINUTE);
    }

    @Test
    void sendingAndTrackingStarveNeitherOfThemHoweverGreedyTheyAre() {
        database.queue(3 * CALLS_PER_MINUTE);
        for (int replica = 0; replica < 3; replica++) {
            simulation.dispatcher(128);
            for (int loop = 0; loop < 10; loop++) {
                simulation.greedy("TRACK", PATIENCE);
            }
        }

        simulation.run(THREE_MINUTES);

        assertThat(Simulation.mostInAnyMinute(simulation.calls("SEND", "TRACK")))
                .isLessThanOrEqualTo(CALLS_PER_MINUTE);
        for (int minute = 0; minute < 3; minute++) {
            assertThat(simulation.callsInMinute(minute, "TRACK"))
                    .as("tracking in minute %d", minute)
                    .isBetween(45L, 55L);
            assertThat(simulation.callsInMinute(minute, "SEND"))
                    .as("sending in minute %d", minute)
                    .isGreaterThanOrEqualTo(430);
        }
    }

    @Test
    void uploadsKeepToAQuarterAndTrackingToItsTenthWhileSomethingWaitsToBeSent() {
        database.queue(3 * CALLS_PER_MINUTE);
        simulation.dispatcher(128);
        for (int loop = 0; loop < 5; loop++) {
            simulation.greedy("UPLOAD", PATIENCE);
            simulation.greedy("TRACK", PATIENCE);
        }

        simulation.run(THREE_MINUTES);

        assertThat(Simulation.mostInAnyMinute(simulation.calls("SEND", "TRACK", "UPLOAD")))
                .isLessThanOrEqualTo(CALLS_PER_MINUTE);
        for (int minute = 0; minute < 3; minute++) {
            assertThat(simulation.callsInMinute(minute, "UPLOAD")).isBetween(115L, 131L);
            assertThat(simulation.callsInMinute(minute, "TRACK")).isBetween(45L, 55L);
            assertThat(simulation.callsInMinute(minute, "SEND")).isGreaterThanOrEqualTo(300);
        }
    }

    @Test
    void whatIsRepeatedTakesNoMoreThanEverySecondCallWhileSomethingNewWaits() {
        database.queue(600);
        database.next(5);
        database.moveTimeTo(NOW.plusSeconds(10));
        int sent = 0;
        int repeats = 0;
        for (int turn = 1; turn <= 200; turn++) {
            database.loseAnswers();
            database.moveTimeTo(NOW.plusSeconds(10 + turn));
            RateDatabase.Turn next = database.next(1);
            sent += next.claimed();
            repeats += next.repeats();
        }

        assertThat(sent).isEqualTo(200);
        assertThat(repeats).isEqualTo(100);
    }

    @Test
    void spareCallsAreRefusedWhileSomethingWaitsToBeSent() {
        assertThat(database.take("SPARE", PATIENCE).granted()).isTrue();

        database.queue(1);
        for (int second = 1; second <= 60; second++) {
            database.moveTimeTo(NOW.plusSeconds(second));
            assertThat(database.take("SPARE", PATIENCE).granted()).isFalse();
        }
    }

    @Test
    void spareCallsAreRefusedWhileOthersUseTheRate() {
        assertThat(database.take("TRACK", PATIENCE).granted()).isTrue();
        assertThat(database.take("SPARE", PATIENCE).granted()).isFalse();

        database.moveTimeTo(NOW.plus(database.pace().interval()).plusMillis(1));

        assertThat(database.take("SPARE", PATIENCE).granted()).isTrue();
    }

    @Test
    void aRefusedCallTakesNothing() {
        database.queue(1);
        for (int ask = 0; ask < 1000; ask++) {
            assertThat(database.take("SPARE", PATIENCE).granted()).isFalse();
        }

        assertThat(database.next(128).claimed()).isOne();
    }

    @Test
    void aPauseHoldsEveryCallBackUntilItsEnd() {
        database.queue(1);
        database.pause(Duration.ofSeconds(30));
        database.pause(Duration.ofSeconds(10));

        database.moveTimeTo(NOW.plusSeconds(29));
        for (String purpose : new String[] {"TRACK", "UPLOAD", "OTHER", "SPARE"}) {
            assertThat(database.take(purpose, PATIENCE))
                    .isEqualTo(new RateDatabase.Grant(false, Duration.ofSeconds(1)));
        }
        assertThat(database.next(128)).isEqualTo(new RateDatabase.Turn(0, 0, Duration.ofSeconds(1)));

        database.moveTimeTo(NOW.plusSeconds(30));
        assertThat(database.next(128).claimed()).isOne();
        assertThat(database.take("TRACK", PATIENCE).granted()).isTrue();
    }
}
