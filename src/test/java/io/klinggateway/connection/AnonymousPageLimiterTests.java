package io.klinggateway.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class AnonymousPageLimiterTests {

    private static final int AT_A_TIME = 2 * Runtime.getRuntime().availableProcessors();
    private static final String PAGE = "/console/sign-in";

    private final AnonymousPageLimiter limiter = new AnonymousPageLimiter();
    private final AtomicInteger atWork = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    @BeforeEach
    void comeInNumbers() {
        for (int caller = 0; caller < AT_A_TIME; caller++) {
            call(PAGE);
        }
        await().until(() -> atWork.get() == AT_A_TIME);
    }

    @AfterEach
    void letGo() {
        end.countDown();
    }

    @Test
    void oneMoreWaitsForOneOfThemButNotForEver() {
        long begun = System.nanoTime();
        call(PAGE);

        await().pollInterval(Duration.ofMillis(10)).until(() -> atWork.get() > AT_A_TIME);

        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isGreaterThanOrEqualTo(AnonymousPageLimiter.PATIENCE.minusMillis(10));
    }

    @Test
    void callsWithAKeyDoNotWaitForThem() {
        call("/v2/me");

        await().atMost(AnonymousPageLimiter.PATIENCE.dividedBy(2)).until(() -> atWork.get() > AT_A_TIME);
    }

    private void call(String path) {
        Thread.startVirtualThread(() -> {
            try {
                limiter.doFilter(new MockHttpServletRequest("GET", path), new MockHttpServletResponse(), (_, _) -> {
                    atWork.incrementAndGet();
                    try {
                        end.await();
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                    }
                });
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
    }
}
