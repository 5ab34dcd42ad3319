package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepTests {

    @Test
    void theSameSeedRepeatsTheSamePlan() {
        assertThat(Step.processSteps(settings(7))).isEqualTo(Step.processSteps(settings(7)));
        assertThat(Step.lineSteps(settings(7))).isEqualTo(Step.lineSteps(settings(7)));
        assertThat(Step.visits(settings(7))).isEqualTo(Step.visits(settings(7)));
        assertThat(IntStream.range(0, 100).mapToObj(number -> Order.planned(7, number)))
                .containsExactlyElementsOf(IntStream.range(0, 100)
                        .mapToObj(number -> Order.planned(7, number))
                        .toList());
    }

    @Test
    void anotherSeedGivesAnotherPlan() {
        assertThat(Step.processSteps(settings(7))).isNotEqualTo(Step.processSteps(settings(8)));
        assertThat(Step.lineSteps(settings(7))).isNotEqualTo(Step.lineSteps(settings(8)));
        assertThat(Order.planned(7, 3)).isNotEqualTo(Order.planned(8, 3));
    }

    @Test
    void thePlanHasAsManyFaultsAsAskedFor() {
        assertThat(Step.processSteps(settings(7)))
                .hasSize(18)
                .filteredOn(step -> step instanceof Step.KillReplica)
                .hasSize(10);
        assertThat(Step.lineSteps(settings(7))).hasSize(70);
        assertThat(Step.visits(settings(7))).hasSize(4);
    }

    private static ProofSettings settings(long seed) {
        return new ProofSettings(
                "plan", seed, 10, 5, 3, 4, 40, 30, 0, Duration.ofMillis(1), Duration.ofSeconds(1), Optional.empty());
    }
}
