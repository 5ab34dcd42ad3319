package io.klinggateway.apiframe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.apiframe.UploadOutcome.Failed;
import io.klinggateway.apiframe.UploadOutcome.NotSent;
import io.klinggateway.apiframe.UploadOutcome.Stored;
import io.klinggateway.apiframe.UploadOutcome.Unacceptable;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A file goes to the vendor while it is read; what breaks on either side ends it for both. */
class FileUploadTests {

    private static final String STORED = RawVendor.response("201 Created", """
            {"id":"7b0c3a52-1f5e-4c52-9a51-0a8f6f0f3f11","url":"https://cdn.example/u.png","kind":"image","contentType":"image/png",\
            "byteSize":7,"expiresAt":"2026-11-28T17:00:00Z"}""");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Takes the head of a request, then does with the connection what the test says. */
    private interface Script {
        void run(Socket connection, InputStream body) throws IOException;
    }

    private static ServerSocket vendor(Script script) throws IOException {
        ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (Socket connection = server.accept()) {
                InputStream in = connection.getInputStream();
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    int next = in.read();
                    if (next < 0) {
                        throw new IOException("closed");
                    }
                    head.append((char) next);
                }
                script.run(connection, in);
            } catch (IOException gone) {
                // by either side
            }
        });
        return server;
    }

    private static Apiframe apiframe(ServerSocket server) {
        return VendorClients.apiframe("http://localhost:" + server.getLocalPort());
    }

    private static String readUntil(InputStream in, String end) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (!read.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("ended: " + read);
            }
            read.write(next);
        }
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void theVendorHasTheFirstBytesBeforeTheLastOnesAreRead() throws Exception {
        CompletableFuture<String> begun = new CompletableFuture<>();
        CountDownLatch mayEnd = new CountDownLatch(1);
        InputStream file = new SequenceInputStream(
                new ByteArrayInputStream(bytes("x".repeat(20_000) + "-first-" + "y".repeat(8192))),
                new EndsLater(mayEnd));
        try (ServerSocket server = vendor((connection, body) -> {
            begun.complete(readUntil(body, "-first-"));
            readUntil(body, "0\r\n\r\n");
            RawVendor.send(connection, STORED);
        })) {
            CompletableFuture<UploadOutcome> outcome =
                    CompletableFuture.supplyAsync(() -> upload(apiframe(server), file));

            assertThat(begun.get(20, TimeUnit.SECONDS)).contains("Content-Type: image/png");
            assertThat(outcome).isNotDone();
            mayEnd.countDown();

            assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(Stored.class);
        }
    }

    /** What a sender is that pauses. */
    private static final class EndsLater extends InputStream {

        private final CountDownLatch mayEnd;

        EndsLater(CountDownLatch mayEnd) {
            this.mayEnd = mayEnd;
        }

        @Override
        public int read() {
            try {
                mayEnd.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return read();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** What a sender is that hangs up, once the vendor has begun to read: before that nothing needs to reach it. */
    private static final class BreaksLater extends InputStream {

        private final CountDownLatch begun;

        BreaksLater(CountDownLatch begun) {
            this.begun = begun;
        }

        @Override
        public int read() throws IOException {
            try {
                begun.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("the sender has gone");
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            return read();
        }
    }

    @Test
    void noMoreIsReadThanTheVendorTakes() throws Exception {
        AtomicLong read = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                read.incrementAndGet();
                return 'x';
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                read.addAndGet(length);
                return length;
            }
        };
        CountDownLatch over = new CountDownLatch(1);
        try (ServerSocket server = vendor((_, _) -> {
            try {
                over.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        })) {
            CompletableFuture<UploadOutcome> outcome =
                    CompletableFuture.supplyAsync(() -> upload(apiframe(server), endless, Duration.ofSeconds(30)));
            await().atMost(Duration.ofSeconds(20))
                    .during(Duration.ofMillis(500))
                    .until(() -> read.get() > 0 && read.get() == seen.getAndSet(read.get()));

            assertThat(read.get()).as("with the system's own buffers").isLessThan(16 << 20);
            over.countDown();
            assertThat(outcome.get(20, TimeUnit.SECONDS)).isInstanceOf(Failed.class);
        }
    }

    @Test
    void aReadThatFailsEndsTheExchangeAndTheVendorHasNoWholeFile() throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();
        CountDownLatch begun = new CountDownLatch(1);
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(bytes("x".repeat(50_000))), new BreaksLater(begun));
        try (ServerSocket server = vendor((_, body) -> {
            try {
                readUntil(body, "xxxx");
                begun.countDown();
                ended.complete(readUntil(body, "\r\n0\r\n\r\n"));
            } catch (IOException cut) {
                ended.completeExceptionally(cut);
            }
        })) {
            assertThatThrownBy(() -> apiframe(server).upload(broken, "image/png", Deadline.in(PATIENCE)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the sender has gone");
            await().atMost(PATIENCE).until(ended::isCompletedExceptionally);
        }
    }

    @Test
    void aVendorThatAnswersBeforeItHasReadTheFileIsHeard() throws Exception {
        try (ServerSocket server = vendor((connection, body) -> {
            readUntil(body, "xxxx");
            RawVendor.send(connection, RawVendor.response("413 Content Too Large", "{\"error\":\"too large\"}"));
            body.readNBytes(64 << 20);
        })) {
            UploadOutcome outcome = upload(apiframe(server), new ByteArrayInputStream(bytes("x".repeat(8 << 20))));

            assertThat(outcome).isEqualTo(new Unacceptable(413, "too large"));
        }
    }

    @Test
    void aVendorThatHangsUpHasFailedAndOneThatIsAwayWasSentNothing() throws Exception {
        try (ServerSocket server = vendor((_, body) -> readUntil(body, "xxxx"))) {
            assertThat(upload(apiframe(server), new ByteArrayInputStream(bytes("x".repeat(8 << 20)))))
                    .isInstanceOf(Failed.class);
        }
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThat(upload(VendorClients.apiframe("http://localhost:" + port), new ByteArrayInputStream(new byte[10])))
                .isInstanceOf(NotSent.class);
    }

    /** Thirty are more than the circuit breaker looks at. */
    @Test
    void uploadsThatFailKeepNoOtherCallFromTheVendor() throws IOException {
        try (RawVendor failing = new RawVendor((connection, _) -> {
            RawVendor.send(connection, RawVendor.response("503 Service Unavailable", "{}"));
            return false;
        })) {
            Apiframe apiframe = VendorClients.apiframe(failing.url());
            for (int call = 0; call < 30; call++) {
                assertThat(upload(apiframe, new ByteArrayInputStream(bytes("x"))))
                        .isInstanceOf(Failed.class);
            }

            assertThat(apiframe.room()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    private static UploadOutcome upload(Apiframe apiframe, InputStream file) {
        return upload(apiframe, file, PATIENCE);
    }

    private static UploadOutcome upload(Apiframe apiframe, InputStream file, Duration within) {
        try {
            return apiframe.upload(file, "image/png", Deadline.in(within));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}
