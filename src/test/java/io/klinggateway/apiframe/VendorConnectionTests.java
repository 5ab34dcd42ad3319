package io.klinggateway.apiframe;

import static io.klinggateway.apiframe.VendorClients.JOB;
import static io.klinggateway.apiframe.VendorClients.apiframe;
import static io.klinggateway.apiframe.VendorClients.submit;
import static io.klinggateway.apiframe.VendorClients.withOneConnection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.RawVendor.Request;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.InDoubt;
import io.klinggateway.apiframe.SubmitOutcome.NotSent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is certain about a request when the connection fails: NotSent only if the vendor cannot have seen it. */
class VendorConnectionTests {

    private static final String ACCEPTED =
            RawVendor.response("202 Accepted", "{\"jobId\":\"" + JOB + "\",\"status\":\"QUEUED\"}");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Test
    void aRefusedConnectionIsNotSent() throws IOException {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }

        assertThat(submit(apiframe("http://localhost:" + port))).isInstanceOf(NotSent.class);
    }

    @Test
    void anUnknownHostIsNotSent() {
        assertThat(submit(apiframe("http://vendor.invalid"))).isInstanceOf(NotSent.class);
    }

    @Test
    void aFailedTlsHandshakeIsNotSent() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            CompletableFuture<byte[]> seen = answerEveryHelloInPlainText(plain);

            assertThat(submit(apiframe("https://localhost:" + plain.getLocalPort())))
                    .isInstanceOf(NotSent.class);
            assertThat(new String(seen.join(), StandardCharsets.ISO_8859_1)).doesNotContain("POST", "kling-image");
        }
    }

    @Test
    void aTlsHandshakeThatHangsIsNotSent() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(submit(apiframe("https://localhost:" + silent.getLocalPort()), Duration.ofSeconds(1)))
                    .isInstanceOf(NotSent.class);
        }
    }

    @Test
    void aConnectTimeoutIsNotSent() throws IOException {
        List<Socket> fillers = new ArrayList<>();
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assumeTrue(fillBacklog(deaf, fillers), "this system accepts connections beyond the backlog");

            assertThat(submit(apiframe("http://localhost:" + deaf.getLocalPort())))
                    .isInstanceOf(NotSent.class);
        } finally {
            for (Socket filler : fillers) {
                filler.close();
            }
        }
    }

    @Test
    void withoutAFreeConnectionNothingIsSent() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        try (RawVendor vendor = new RawVendor((connection, _) -> {
            awaitQuietly(release);
            RawVendor.send(connection, ACCEPTED);
            return true;
        })) {
            Apiframe apiframe = apiframe(
                    withOneConnection(vendor.url(), Duration.ofSeconds(8), Duration.ofMillis(100)), Clock.systemUTC());
            CompletableFuture<SubmitOutcome> first = CompletableFuture.supplyAsync(() -> submit(apiframe));
            await().until(() -> vendor.requests().size() == 1);

            assertThat(submit(apiframe)).isInstanceOf(NotSent.class);

            release.countDown();
            assertThat(first.join()).isInstanceOf(Accepted.class);
            assertThat(vendor.requests()).hasSize(1);
        }
    }

    @Test
    void aRequestGivenUpWhileItWaitsForAConnectionIsNeverSentLater() throws IOException {
        CountDownLatch release = new CountDownLatch(1);
        try (RawVendor vendor = new RawVendor((connection, _) -> {
            awaitQuietly(release);
            RawVendor.send(connection, ACCEPTED);
            return true;
        })) {
            Apiframe apiframe = apiframe(
                    withOneConnection(vendor.url(), Duration.ofSeconds(8), Duration.ofSeconds(8)), Clock.systemUTC());
            CompletableFuture<SubmitOutcome> first = CompletableFuture.supplyAsync(() -> submit(apiframe));
            await().until(() -> vendor.requests().size() == 1);

            assertThat(apiframe.submit("given-up", VendorClients.BODY, Deadline.in(Duration.ofMillis(200))))
                    .isInstanceOf(NotSent.class);

            release.countDown();
            assertThat(first.join()).isInstanceOf(Accepted.class);
            assertThat(apiframe.submit("afterwards", VendorClients.BODY, Deadline.in(PATIENCE)))
                    .isInstanceOf(Accepted.class);
            assertThat(vendor.requests())
                    .hasSize(2)
                    .extracting(Request::head)
                    .noneMatch(head -> head.contains("given-up"));
        }
    }

    @Test
    void nothingIsSentAfterTheDeadline() throws IOException {
        try (RawVendor vendor = accepting()) {
            assertThat(submit(apiframe(vendor.url()), Duration.ofMillis(-1))).isInstanceOf(NotSent.class);
            assertThat(submit(apiframe(vendor.url()), Duration.ZERO)).isInstanceOf(NotSent.class);
            assertThat(vendor.connections()).isZero();
        }
    }

    @Test
    void aConnectionThatTheVendorClosedWhileIdleIsNotUsedAgain() throws IOException {
        CountDownLatch clientClosed = new CountDownLatch(1);
        try (RawVendor vendor = new RawVendor((connection, request) -> {
            RawVendor.send(connection, ACCEPTED);
            if (request.count() == 1) {
                connection.shutdownOutput();
                while (connection.getInputStream().read() >= 0) {
                    // until the client has closed its side
                }
                clientClosed.countDown();
            }
            return request.count() != 1;
        })) {
            Apiframe apiframe = apiframe(vendor.url());
            assertThat(submit(apiframe)).isInstanceOf(Accepted.class);
            assertThat(awaitQuietly(clientClosed)).isTrue();

            assertThat(submit(apiframe)).isInstanceOf(Accepted.class);
            assertThat(vendor.requests()).hasSize(2);
            assertThat(vendor.connections()).isEqualTo(2);
        }
    }

    @Test
    void aRequestOnAKeptConnectionThatTheVendorDropsIsUnknownAndNotSentAgain() throws IOException {
        try (RawVendor vendor = new RawVendor((connection, request) -> {
            if (request.count() == 1) {
                RawVendor.send(connection, ACCEPTED);
            } else {
                connection.setSoLinger(true, 0);
            }
            return request.count() == 1;
        })) {
            Apiframe apiframe = apiframe(
                    withOneConnection(vendor.url(), Duration.ofSeconds(2), Duration.ofSeconds(1)), Clock.systemUTC());
            assertThat(submit(apiframe)).isInstanceOf(Accepted.class);

            assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
            assertThat(vendor.requests()).hasSize(2);
            assertThat(vendor.connections()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionClosedWithoutAnAnswerIsUnknownAndNotTriedAgain() throws IOException {
        try (RawVendor vendor = new RawVendor((_, _) -> false)) {
            assertThat(submit(apiframe(vendor.url()))).isInstanceOf(InDoubt.class);
            assertThat(vendor.requests()).hasSize(1);
        }
    }

    @Test
    void anAnswerThatIsNotHttpIsUnknown() throws IOException {
        try (RawVendor vendor = new RawVendor((connection, _) -> {
            RawVendor.send(connection, "220 mail.example ESMTP\r\n\r\n");
            return false;
        })) {
            assertThat(submit(apiframe(vendor.url()))).isInstanceOf(InDoubt.class);
            assertThat(vendor.requests()).hasSize(1);
        }
    }

    @Test
    void headersWithoutTheEndOfTheBodyAreUnknown() throws IOException {
        try (RawVendor vendor = new RawVendor((connection, _) -> {
            RawVendor.send(connection, ACCEPTED.substring(0, ACCEPTED.length() - 1));
            return false;
        })) {
            assertThat(submit(apiframe(vendor.url()))).isInstanceOf(InDoubt.class);
        }
    }

    @Test
    void anAnswerGivenBeforeTheRequestWasReadCounts() throws IOException {
        try (RawVendor vendor = new RawVendor((connection, _) -> {
            RawVendor.send(connection, "HTTP/1.1 100 Continue\r\n\r\n" + ACCEPTED);
            return true;
        })) {
            assertThat(submit(apiframe(vendor.url()))).isInstanceOf(Accepted.class);
        }
    }

    @Test
    void aVendorThatFailsTimeAndAgainIsLeftAloneForAWhile() throws IOException {
        try (RawVendor vendor = new RawVendor((_, _) -> false)) {
            Apiframe apiframe = apiframe(vendor.url());
            VendorJobId job = new VendorJobId(new UUID(0, 1));
            for (int call = 0; call < 20; call++) {
                assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
            }

            assertThat(submit(apiframe)).isInstanceOf(NotSent.class);
            assertThat(apiframe.read(job, () -> true)).isInstanceOf(Unavailable.class);
            assertThat(apiframe.list(null)).isInstanceOf(JobListing.Unavailable.class);
            assertThat(apiframe.room()).isZero();
            assertThat(vendor.requests()).hasSize(20);
        }
    }

    @Test
    void aVendorThatRefusesTimeAndAgainIsStillAsked() throws IOException {
        try (RawVendor vendor = new RawVendor((connection, _) -> {
            RawVendor.send(connection, RawVendor.response("402 Payment Required", "{}"));
            return true;
        })) {
            Apiframe apiframe = apiframe(vendor.url());
            for (int call = 0; call < 30; call++) {
                assertThat(submit(apiframe)).isInstanceOf(Denied.class);
            }
            assertThat(vendor.requests()).hasSize(30);
        }
    }

    private static RawVendor accepting() throws IOException {
        return new RawVendor((connection, _) -> {
            RawVendor.send(connection, ACCEPTED);
            return true;
        });
    }

    /** Fills the queue of a server that accepts nothing, until the next connection waits in vain. */
    private static boolean fillBacklog(ServerSocket deaf, List<Socket> fillers) throws IOException {
        for (int i = 0; i < 20; i++) {
            Socket filler = new Socket();
            fillers.add(filler);
            try {
                filler.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), deaf.getLocalPort()), 200);
            } catch (IOException full) {
                return true;
            }
        }
        return false;
    }

    private static CompletableFuture<byte[]> answerEveryHelloInPlainText(ServerSocket plain) {
        return CompletableFuture.supplyAsync(() -> {
            try (Socket connection = plain.accept()) {
                byte[] hello = new byte[4096];
                int read = connection.getInputStream().read(hello);
                RawVendor.send(connection, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                byte[] rest = connection.getInputStream().readAllBytes();
                assertThat(rest.length).isLessThan(100);
                return Arrays.copyOf(hello, Math.max(read, 0));
            } catch (IOException gone) {
                return new byte[0];
            }
        });
    }

    private static boolean awaitQuietly(CountDownLatch latch) {
        try {
            return latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
