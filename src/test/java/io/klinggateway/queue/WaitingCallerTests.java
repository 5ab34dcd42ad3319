package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.ledger.GenerationId;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class WaitingCallerTests {

    private final WaitingCaller caller = new WaitingCaller(new GenerationId(UUID.randomUUID()), () -> {});

    @Test
    void eitherTheCallerLeavesOrItsGenerationIsWithdrawn() {
        assertThat(caller.beginRefusal()).isTrue();
        assertThat(caller.leave()).isFalse();

        WaitingCaller other = new WaitingCaller(caller.id(), () -> {});
        assertThat(other.leave()).isTrue();
        assertThat(other.beginRefusal()).isFalse();
    }

    @Test
    void anEarlierNotYetSaysNothingOfAGenerationThatIsBeingWithdrawn() {
        caller.tell(new SubmissionResult.NotYet());
        caller.tell(new SubmissionResult.NotYet());
        caller.tell(Acknowledged.SENT);

        assertThat(caller.awaitOutcome(Deadline.in(Duration.ofSeconds(5)))).isEqualTo(Acknowledged.SENT);
    }

    @Test
    void withoutAnOutcomeTheTimeRunsOut() {
        caller.tell(new SubmissionResult.NotYet());

        assertThat(caller.awaitOutcome(Deadline.in(Duration.ofMillis(50)))).isNull();
    }

    @Test
    void aPassThatBeganBeforeTheAdmissionPassesNoCallerOver() {
        assertThat(caller.isPassedOver(Long.MAX_VALUE - 1))
                .as("not admitted yet")
                .isFalse();
        caller.admitted(7);

        assertThat(caller.isPassedOver(6)).isFalse();
        assertThat(caller.isPassedOver(7)).isTrue();
        caller.claimed();
        assertThat(caller.isPassedOver(8)).isFalse();
    }
}
