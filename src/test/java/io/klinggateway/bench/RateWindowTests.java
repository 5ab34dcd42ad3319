package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateWindowTests {

    private static final long SECOND = 1_000_000_000;

    private final RateWindow window = new RateWindow(2);

    @Test
    void whoIsRefusedHearsWhenAPlaceIsFree() {
        assertThat(window.take(0)).isZero();
        assertThat(window.take(10 * SECOND)).isZero();
        assertThat(window.take(20 * SECOND + 1)).isEqualTo(40);

        assertThat(window.take(60 * SECOND)).isZero();
        assertThat(window.take(60 * SECOND)).isEqualTo(10);
    }

    @Test
    void thePeakCountsWhatIsRefused() {
        for (int call = 0; call < 5; call++) {
            window.take(0);
        }
        assertThat(window.peak()).isEqualTo(5);

        window.restartPeak();
        window.take(61 * SECOND);

        assertThat(window.peak()).isEqualTo(1);
    }
}
