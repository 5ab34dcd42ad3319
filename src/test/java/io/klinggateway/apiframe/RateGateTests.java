package io.klinggateway.apiframe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateGateTests {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final AtomicLong now = new AtomicLong(42);

    @Test
    void slotsAreHandedOutInTheOrderOfAskingAndAnIntervalApart() throws RateGate.TooLong {
        RateGate gate = gate(6);

        assertThat(gate.reserve(LONG)).isZero();
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofSeconds(10));
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofSeconds(20));
        pass(Duration.ofSeconds(15));
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void aTenthOfAMinutesCallsMayComeAtOnce() throws RateGate.TooLong {
        RateGate gate = gate(600);

        for (int call = 0; call < 60; call++) {
            assertThat(gate.reserve(LONG)).as("call %d", call).isZero();
        }
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofMillis(100));
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void anIdleHourSavesUpNoMoreThanOneBurst() throws RateGate.TooLong {
        RateGate gate = gate(600);
        pass(Duration.ofHours(1));

        for (int call = 0; call < 60; call++) {
            assertThat(gate.reserve(LONG)).isZero();
        }
        assertThat(gate.reserve(LONG)).isPositive();
    }

    @Test
    void neverMoreThanTheRateAndOneBurstPassInAMinute() throws RateGate.TooLong {
        RateGate gate = gate(120);
        int calls = 0;
        long end = now.get() + Duration.ofMinutes(1).toNanos();
        while (now.get() < end) {
            now.addAndGet(gate.reserve(LONG).toNanos());
            calls++;
        }

        assertThat(calls).isBetween(120, 120 + 12);
    }

    @Test
    void aRefusedCallerTakesNoSlotAndLearnsWhenTheNextIs() throws RateGate.TooLong {
        RateGate gate = gate(6);
        gate.reserve(LONG);

        for (int caller = 0; caller < 3; caller++) {
            assertThatThrownBy(() -> gate.reserve(Duration.ofSeconds(9)))
                    .asInstanceOf(type(RateGate.TooLong.class))
                    .extracting(RateGate.TooLong::untilSlot)
                    .isEqualTo(Duration.ofSeconds(10));
        }
        assertThat(gate.reserve(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aPauseHoldsEverybodyBackAndAShorterOneDoesNotCutIt() throws RateGate.TooLong {
        RateGate gate = gate(600);
        gate.pause(Duration.ofSeconds(30));
        gate.pause(Duration.ofSeconds(1));

        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofSeconds(30));
        pass(Duration.ofSeconds(29));
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(1));
        assertThat(gate.reserve(LONG)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MIN_VALUE, -1, 0})
    void theClockMayOverflow(long start) throws RateGate.TooLong {
        now.set(start);
        RateGate gate = gate(6);

        assertThat(gate.reserve(LONG)).isZero();
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofSeconds(10));
        gate.pause(Duration.ofMinutes(1));
        assertThat(gate.reserve(LONG)).isEqualTo(Duration.ofMinutes(1));
        pass(Duration.ofMinutes(2));
        assertThat(gate.reserve(LONG)).isZero();
    }

    private RateGate gate(int callsPerMinute) {
        return new RateGate(callsPerMinute, now::get);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }
}
