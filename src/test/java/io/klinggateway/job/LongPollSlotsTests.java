package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.job.LongPollSlots.Stay;
import io.klinggateway.ledger.TenantId;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LongPollSlotsTests {

    private final LongPollSlots slots = new LongPollSlots(40);
    private final TenantId alpha = new TenantId(new UUID(0, 1));
    private final TenantId beta = new TenantId(new UUID(0, 2));

    private long staysAsAsked(TenantId tenant, int callers) {
        return IntStream.range(0, callers)
                .filter(_ -> slots.enter(tenant) == Stay.AS_LONG_AS_ASKED)
                .count();
    }

    @Test
    void aTenantAloneHasThreeQuartersAndAnotherFindsTheRest() {
        assertThat(staysAsAsked(alpha, 30)).isEqualTo(30);
        assertThat(slots.enter(alpha)).isEqualTo(Stay.BRIEF);

        assertThat(staysAsAsked(beta, 9)).isEqualTo(9);
        assertThat(slots.hasRoom(beta)).isFalse();
        assertThat(slots.enter(beta)).isEqualTo(Stay.NONE);

        slots.leave(alpha);
        slots.leave(alpha);
        slots.leave(alpha);
        slots.leave(alpha);
        slots.leave(alpha);
        assertThat(slots.hasRoom(beta)).isTrue();
    }

    @Test
    void whileAnotherWaitsATenantHasHalf() {
        assertThat(staysAsAsked(beta, 1)).isOne();

        assertThat(staysAsAsked(alpha, 20)).isEqualTo(20);
        assertThat(slots.enter(alpha)).isEqualTo(Stay.BRIEF);
    }

    @Test
    void briefStaysLeaveRoomForOthers() {
        staysAsAsked(alpha, 200);

        assertThat(slots.enter(alpha)).isEqualTo(Stay.NONE);
        assertThat(staysAsAsked(beta, 200)).isEqualTo(5);
    }

    @Test
    void whoLeavesMakesRoom() {
        staysAsAsked(alpha, 30);

        slots.leave(alpha);

        assertThat(staysAsAsked(alpha, 200)).isOne();
    }

    @Test
    void theSmallestRoomHoldsOneOfEach() {
        LongPollSlots small = new LongPollSlots(2);

        assertThat(small.enter(alpha)).isEqualTo(Stay.AS_LONG_AS_ASKED);
        assertThat(small.enter(alpha)).isEqualTo(Stay.NONE);
        assertThat(small.enter(beta)).isEqualTo(Stay.AS_LONG_AS_ASKED);
    }

    @Test
    void itNeverTakesAllConnections() {
        assertThat(new LongPollSettings(null).most(8192)).isEqualTo(5120);
        assertThat(new LongPollSettings(10_000).most(8192)).isEqualTo(5120);
        assertThat(new LongPollSettings(20).most(8192)).isEqualTo(20);
    }
}
