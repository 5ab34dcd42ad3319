package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SpreadTests {

    @Test
    void theMedianIsInTheMiddleHoweverTheValuesCome() {
        assertThat(Spread.of(List.of(3.0, 1.0, 10.0))).isEqualTo(new Spread(1, 3, 10));
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 10.0))).isEqualTo(new Spread(1, 3, 10));
    }

    @Test
    void whatWasNotMeasuredShowsADash() {
        assertThat(Spread.of(List.of()).text(2)).isEqualTo("– (–––)");
        assertThat(new Spread(999, 1234.4, 2000).text(0)).isEqualTo("1,234 (999–2,000)");
    }

    @Test
    void percentilesAreMilliseconds() {
        var latencies = new Latencies();
        LongStream.rangeClosed(1, 20_000).map(each -> 20_001 - each).forEach(each -> latencies.add(each * 1000));

        var millis = latencies.percentiles();

        assertThat(millis.p50()).isEqualTo(10.001);
        assertThat(millis.p95()).isEqualTo(19.001);
        assertThat(millis.p99()).isEqualTo(19.801);
    }
}
