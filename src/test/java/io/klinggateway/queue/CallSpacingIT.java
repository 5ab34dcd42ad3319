package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** However greedily the rate is asked for, no minute sees more calls than the account allows, and few are lost. */
@Tag("slow")
@Timeout(300)
class CallSpacingIT {

    private static final Duration THREE_MINUTES = Duration.ofMinutes(3);

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 4", "60, 59", "500, 485"})
    void noMinuteSeesMoreCallsThanAllowedAndFewAreLost(int callsPerMinute, int least) {
        try (RateDatabase database = new RateDatabase(callsPerMinute)) {
            Simulation simulation = new Simulation(database);
            database.queue(3 * callsPerMinute + 10);
            simulation.dispatcher(128);
            simulation.greedy("TRACK", Duration.ofSeconds(8));
            simulation.greedy("OTHER", Duration.ZERO);

            simulation.run(THREE_MINUTES);

            List<Instant> calls = simulation.calls("SEND", "TRACK", "OTHER");
            assertThat(Simulation.mostInAnyMinute(calls)).isLessThanOrEqualTo(callsPerMinute);
            for (int minute = 0; minute < 3; minute++) {
                assertThat(simulation.callsInMinute(minute, "SEND", "TRACK", "OTHER"))
                        .as("minute %d", minute)
                        .isGreaterThanOrEqualTo(least);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 180", "5, 3, 180", "60, 55, 180", "500, 485, 180", "6000, 5800, 90"})
    void replicasThatAskAtMomentsOfTheirOwnMakeNoMoreCallsThanAllowed(int callsPerMinute, int least, int seconds) {
        try (RateDatabase database = new RateDatabase(callsPerMinute)) {
            Simulation simulation = new Simulation(database);
            database.queue(callsPerMinute * seconds / 60 + 10);
            for (int replica = 0; replica < 3; replica++) {
                simulation.unpunctualDispatcher(128, Duration.ofMillis(500));
            }
            simulation.greedy("TRACK", Duration.ofSeconds(5));

            simulation.run(Duration.ofSeconds(seconds));

            assertThat(Simulation.mostInAnyMinute(simulation.calls("SEND", "TRACK")))
                    .isBetween(least, callsPerMinute);
        }
    }
}
