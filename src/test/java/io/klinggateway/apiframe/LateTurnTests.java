package io.klinggateway.apiframe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.function.client.WebClient;

class LateTurnTests {

    private static final int CALLS_AT_ONCE = 1;

    @Test
    void aSubmissionWhoseTurnComesTooLateForAnAnswerIsNotSent() throws Exception {
        AtomicInteger received = new AtomicInteger();
        HttpServer vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vendor.createContext("/", exchange -> {
            if (received.incrementAndGet() <= CALLS_AT_ONCE) {
                exchange.sendResponseHeaders(402, -1);
                exchange.close();
            }
        });
        vendor.start();
        try {
            ApiframeSettings settings = new ApiframeSettings(
                    "afk_none",
                    URI.create("http://localhost:" + vendor.getAddress().getPort()),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    10,
                    10 * CALLS_AT_ONCE);
            Apiframe apiframe = new Apiframe(
                    new VendorHttp(WebClient.builder(), settings, new Breaker(new SimpleMeterRegistry())),
                    settings,
                    Clock.systemUTC(),
                    new UpstreamMeters(new SimpleMeterRegistry()));
            // The turn after those that may go at once comes six seconds later, 300 ms before this.
            Deadline deadline = Deadline.in(Duration.ofMillis(6300));
            for (int call = 0; call < CALLS_AT_ONCE; call++) {
                apiframe.submit("key", new byte[0], Deadline.in(Duration.ofSeconds(30)));
            }

            assertThat(apiframe.submit("key", new byte[0], deadline)).isInstanceOf(SubmitOutcome.Throttled.class);
            assertThat(received).hasValue(CALLS_AT_ONCE);
        } finally {
            vendor.stop(0);
        }
    }
}
