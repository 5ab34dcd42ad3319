package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.simulator.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PoisonedGenerationsTests {

    private static final Duration PAUSE = Duration.ofSeconds(20);

    private final MovableClock clock = new MovableClock();
    private final PoisonedGenerations generations = new PoisonedGenerations(
            clock,
            new QueueSettings(
                    Duration.ofHours(1),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(25),
                    Duration.ofSeconds(1),
                    PAUSE,
                    Duration.ofSeconds(30),
                    128,
                    Duration.ofMillis(500)));
    private final GenerationId one = id();

    private static GenerationId id() {
        return new GenerationId(UUID.randomUUID());
    }

    private boolean failsAgainAfterAPause(GenerationId id) {
        clock.advance(PAUSE);
        return generations.failed(id);
    }

    @Test
    void whatFailsAgainAndAgainWhileOthersAreTakenIsToBlame() {
        List<GenerationId> many = IntStream.range(0, 10).mapToObj(_ -> id()).toList();
        for (int attempt = 0; attempt < 8; attempt++) {
            clock.advance(PAUSE);
            many.forEach(id -> assertThat(generations.failed(id)).isFalse());
            generations.accepted(id());
        }

        assertThat(many).allMatch(this::failsAgainAfterAPause);
    }

    @Test
    void afterAnOutageAllGoOnAtOnce() {
        List<GenerationId> waiting = IntStream.range(0, 100).mapToObj(_ -> id()).toList();
        for (int attempt = 0; attempt < 30; attempt++) {
            clock.advance(PAUSE);
            waiting.forEach(generations::failed);
        }

        for (GenerationId next : waiting) {
            assertThat(generations.failed(next)).isFalse(); // it stumbles on
            generations.accepted(next);
            clock.advance(Duration.ofSeconds(2));
        }
    }

    @Test
    void whileOthersFailTooNothingIsToBlame() {
        for (int attempt = 0; attempt < 30; attempt++) {
            generations.accepted(id());
            generations.failed(id());
            assertThat(failsAgainAfterAPause(one)).isFalse();
        }
    }

    @Test
    void whatIsTakenInTheEndIsForgiven() {
        for (int attempt = 0; attempt < 10; attempt++) {
            generations.accepted(id());
            failsAgainAfterAPause(one);
        }
        assertThat(generations.failed(one)).isTrue();

        generations.accepted(one);

        assertThat(generations.failed(one)).isFalse();
    }
}
