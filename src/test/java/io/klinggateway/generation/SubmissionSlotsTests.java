package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.generation.SubmissionSlots.Overloaded;
import io.klinggateway.generation.SubmissionSlots.Slot;
import io.klinggateway.ledger.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class SubmissionSlotsTests {

    private final TenantId greedy = new TenantId(UUID.randomUUID());
    private final TenantId modest = new TenantId(UUID.randomUUID());
    private final List<String> served = new CopyOnWriteArrayList<>();

    @Test
    void freedSlotsGoRoundAmongTheTenantsThatWait() throws Overloaded {
        SubmissionSlots slots = new SubmissionSlots(1, 20, Duration.ofMinutes(1));
        Slot busy = slots.take(greedy);
        for (int waiting = 0; waiting < 5; waiting++) {
            serve(slots, greedy, "greedy");
        }
        serve(slots, modest, "modest");

        busy.close();

        await().until(() -> served.size() == 6);
        assertThat(served.subList(0, 2)).containsExactly("greedy", "modest");
        assertThat(slots.free()).isOne();
        assertThat(slots.waiting()).isZero();
    }

    @Test
    void aWaiterBeyondTheQueueIsTurnedAwayAtOnce() throws Overloaded {
        SubmissionSlots slots = new SubmissionSlots(1, 2, Duration.ofMinutes(1));
        try (Slot _ = slots.take(greedy)) {
            serve(slots, greedy, "first");

            assertThatThrownBy(() -> slots.take(greedy)).isInstanceOf(Overloaded.class);

            serve(slots, modest, "second");
            assertThatThrownBy(() -> slots.take(modest)).isInstanceOf(Overloaded.class);
        }
        await().until(() -> served.size() == 2);
    }

    @Test
    void whoeverWaitsTooLongLeavesNothingBehind() throws Overloaded {
        SubmissionSlots slots = new SubmissionSlots(1, 2, Duration.ofMillis(20));
        try (Slot _ = slots.take(greedy)) {
            assertThatThrownBy(() -> slots.take(modest)).isInstanceOf(Overloaded.class);
            assertThat(slots.waiting()).isZero();
        }
        assertThat(slots.free()).isOne();
    }

    /** Queues up in a thread of its own, and is in the queue when this returns. */
    private void serve(SubmissionSlots slots, TenantId tenant, String name) {
        int before = slots.waiting();
        Thread.ofVirtual().start(() -> {
            try (Slot _ = slots.take(tenant)) {
                served.add(name);
            } catch (Overloaded overloaded) {
                served.add("overloaded");
            }
        });
        await().pollInterval(Duration.ofMillis(1)).until(() -> slots.waiting() == before + 1);
    }
}
