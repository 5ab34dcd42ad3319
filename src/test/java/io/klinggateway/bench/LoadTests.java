package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LoadTests {

    private static final int UNKNOWN_LENGTH = 0;

    private final AtomicInteger requests = new AtomicInteger();
    private final Semaphore stall = new Semaphore(0);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private HttpServer server = HttpServerOn.anyPort();

    private static final class HttpServerOn {

        static HttpServer anyPort() {
            try {
                return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @BeforeEach
    void start() {
        server.setExecutor(threads);
        server.createContext("/v2/images/generate", exchange -> answer(exchange, 202, 10));
        server.createContext("/v2/jobs/chunked", exchange -> answer(exchange, 200, UNKNOWN_LENGTH));
        server.createContext("/v2/jobs/closing", exchange -> {
            exchange.getResponseHeaders().set("Connection", "close");
            answer(exchange, 200, 10);
        });
        server.createContext("/v2/jobs/stalling", exchange -> {
            if (requests.get() >= 20) {
                awaitTurn(); // which all that come later have at once
            }
            answer(exchange, 200, 10);
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void aClosedLoopSendsAgainOverEachConnectionUntilTheTimeIsOver() {
        var time = Duration.ofMillis(300);
        long begun = System.nanoTime();

        var outcome = Load.closedLoop(targets(), Requests.generate(List.of("a", "b")), 4, time);

        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(time);
        assertThat(outcome.answers()).containsOnlyKeys(202);
        assertThat(outcome.all()).isEqualTo(requests.get());
        assertThat(outcome.latencies().count()).isBetween(outcome.all() - 4, outcome.all());
        assertThat(outcome.lost()).isZero();
    }

    @Test
    void answersInChunksAreReadToTheirEnd() {
        var outcome = Load.closedLoop(targets(), read("chunked"), 2, () -> requests.get() < 40);

        assertThat(outcome.answers()).containsOnlyKeys(200);
        assertThat(outcome.all()).isEqualTo(requests.get()).isBetween(40, 41);
    }

    @Test
    void aConnectionThatTheServerEndsIsRenewed() {
        var outcome = Load.closedLoop(targets(), read("closing"), 2, () -> requests.get() < 40);

        assertThat(outcome.answers()).containsOnlyKeys(200);
        assertThat(outcome.all()).isEqualTo(requests.get()).isBetween(40, 41);
        assertThat(outcome.lost()).isZero();
    }

    @Test
    void anOpenLoopSendsAsManyAsAreDueAndCountsFromTheMomentTheyWereDue() {
        var freed = threads.submit(() -> {
            while (requests.get() < 20) {
                Thread.onSpinWait();
            }
            Thread.sleep(500); // how long it stalls is what is measured
            stall.release(1000);
            return true;
        });

        var outcome = Load.openLoop(targets(), read("stalling"), 100, Duration.ofSeconds(1));

        assertThat(freed).succeedsWithin(Duration.ofSeconds(5));
        assertThat(outcome.all()).isEqualTo(100);
        assertThat(outcome.latencies().percentiles().p99()).isGreaterThan(400);
    }

    private void awaitTurn() throws IOException {
        try {
            assertThat(stall.tryAcquire(5, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private List<URI> targets() {
        return List.of(URI.create("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    private Requests read(String job) {
        return Requests.read(List.of("key"), _ -> job);
    }

    private void answer(HttpExchange exchange, int status, int length) throws IOException {
        requests.incrementAndGet();
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, length);
            exchange.getResponseBody().write(new byte[10]);
        }
    }
}
