package io.klinggateway.apiframe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.apiframe.Exchange.Answered;
import io.klinggateway.apiframe.Exchange.Lost;
import io.klinggateway.apiframe.Exchange.NotWritten;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.http.HttpHeaders;

class BreakerTests {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Breaker breaker = new Breaker(meters);
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void aVendorThatNeverAnswersIsLeftAlone() {
        call(20, new Lost("timeout"));

        Exchange next = breaker.call(this::unexpected);

        assertThat(next).isInstanceOf(NotWritten.class);
        assertThat(calls).hasValue(20);
        assertThat(openness()).isOne();
    }

    @Test
    void serverErrorsCountAsSilence() {
        call(20, answered(503));

        assertThat(breaker.call(this::unexpected)).isInstanceOf(NotWritten.class);
    }

    @Test
    void oneRequestOnWhichTheVendorFailsAgainAndAgainCountsOnce() {
        for (int attempt = 0; attempt < 40; attempt++) {
            breaker.call("the same", () -> answered(503));
        }
        assertThat(openness()).isZero();

        for (int request = 0; request < 19; request++) {
            breaker.call("another " + request, () -> answered(503));
        }

        assertThat(openness()).isOne();
    }

    @Test
    void aSecondOutageOpensItAgainThoughTheSameRequestsFail() {
        for (int request = 0; request < 20; request++) {
            String key = "request " + request;
            breaker.call(key, () -> answered(503));
            if (request < 19) {
                breaker.call(key, () -> answered(202));
            }
        }
        assertThat(openness()).isZero();

        for (int request = 0; request < 19; request++) {
            breaker.call("request " + request, () -> answered(503));
        }

        assertThat(openness()).isOne();
    }

    @Test
    void refusalsAreAnswers() {
        call(40, answered(402));
        call(40, answered(429));

        assertThat(calls).hasValue(80);
        assertThat(openness()).isZero();
    }

    @Test
    void someFailuresAmongAnswersAreTolerated() {
        for (int round = 0; round < 20; round++) {
            call(3, new Lost("reset"));
            call(1, answered(202));
        }

        assertThat(calls).hasValue(80);
        assertThat(openness()).isZero();
    }

    @Test
    void thereIsNoRoomWhileItIsOpenAndALittleOnceItMayProbe() {
        assertThat(breaker.room()).isEqualTo(Integer.MAX_VALUE);

        call(20, answered(503));
        assertThat(breaker.room()).isZero();

        await().atMost(Breaker.OPEN_FOR.plusSeconds(5)).until(() -> breaker.room() > 0);
        assertThat(breaker.room()).isEqualTo(3);
        breaker.call(() -> {
            assertThat(breaker.room()).as("beside a probe under way").isEqualTo(2);
            return answered(200);
        });
        assertThat(breaker.room()).as("after one probe").isEqualTo(2);
        call(2, answered(200));
        assertThat(breaker.room()).isEqualTo(Integer.MAX_VALUE);
    }

    private void call(int times, Exchange result) {
        for (int call = 0; call < times; call++) {
            breaker.call(() -> {
                calls.incrementAndGet();
                return result;
            });
        }
    }

    private Exchange unexpected() {
        throw new AssertionError("the vendor was called");
    }

    private double openness() {
        return meters.get("kling.gateway.upstream.breaker.open").gauge().value();
    }

    private static Answered answered(int status) {
        return new Answered(status, new HttpHeaders(), new byte[0]);
    }
}
