package io.klinggateway.background;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BackgroundLoopTests {

    @Test
    void loopsStopAtTheSameTimeAndEachWaitsForItsPass() throws InterruptedException {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch finish = new CountDownLatch(1);
        CountDownLatch busyStopped = new CountDownLatch(1);
        CountDownLatch idleStopped = new CountDownLatch(1);
        BackgroundLoop busy = new BackgroundLoop("busy", Duration.ofMillis(1), () -> {
            started.countDown();
            try {
                return finish.await(10, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return false;
            }
        });
        BackgroundLoop idle = new BackgroundLoop("idle", Duration.ofMillis(1), () -> false);
        busy.start();
        idle.start();
        assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();

        busy.stop(busyStopped::countDown);
        idle.stop(idleStopped::countDown);

        assertThat(idleStopped.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(busyStopped.getCount()).isOne();
        finish.countDown();
        assertThat(busyStopped.await(5, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aPassThatFailsIsFollowedByTheNext() throws InterruptedException {
        CountDownLatch thirdPass = new CountDownLatch(3);
        BackgroundLoop loop = new BackgroundLoop("failing", Duration.ofMillis(1), () -> {
            thirdPass.countDown();
            if (thirdPass.getCount() == 2) {
                throw new IllegalStateException("a failure");
            }
            throw new AssertionError("an error");
        });

        loop.start();

        assertThat(thirdPass.await(10, TimeUnit.SECONDS)).isTrue();
        loop.stop();
    }
}
