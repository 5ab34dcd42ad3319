package io.klinggateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.harness.Ports;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.Receiver.Received;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.KeySignatures;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@RunningGatewayTest
@Timeout(60)
class DeliveryClientTests {

    private static final byte[] BODY = "{\"event\":\"completed\",\"jobId\":\"ü\"}".getBytes(StandardCharsets.UTF_8);
    private static final Duration TIMEOUT = Duration.ofSeconds(4);

    private final Receiver receiver = new Receiver();

    @Autowired
    private DeliveryClient client;

    @Autowired
    private KeySignatures signatures;

    @Autowired
    private TrustedCertificates certificates;

    @Autowired
    private JdbcClient jdbc;

    @AfterEach
    void closeReceiver() {
        receiver.close();
    }

    @Test
    void theVendorsVerifierAndTheStandardOneAcceptWhatIsSent() throws Exception {
        assertThat(client.send(message(receiver.url()), "m-1")).isEqualTo(new AttemptOutcome.Delivered(200));

        Received got = receiver.next();
        byte[] secret = Sha256.of(RunningGateway.KEY);
        assertThat(got.body()).isEqualTo(BODY);
        assertThat(got.event()).isEqualTo("completed");
        assertThat(got.signature()).isEqualTo("sha256=" + HexFormat.of().formatHex(Sha256.hmac(secret, BODY)));
        assertThat(got.id()).isEqualTo("m-1");
        assertThat(Instant.ofEpochSecond(Long.parseLong(got.timestamp())))
                .isBetween(Instant.now().minusSeconds(30), Instant.now().plusSeconds(30));
        String signed = "m-1." + got.timestamp() + "." + new String(BODY, StandardCharsets.UTF_8);
        assertThat(got.standard())
                .isEqualTo("v1,"
                        + Base64.getEncoder()
                                .encodeToString(Sha256.hmac(secret, signed.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aRevokedKeyStillSigns() throws Exception {
        KeyId revoked = new KeyId(UUID.randomUUID());
        jdbc.sql("""
                        insert into api_key (id, tenant_id, name, sha256, revoked_at)
                        select :id, id, 'revoked', :sha256, now() from tenant where name = 'alpha'
                        """)
                .param("id", revoked.value())
                .param("sha256", Sha256.of("kg_revoked"))
                .update();

        AttemptOutcome attempt = client.send(message(receiver.url(), revoked), "m-1");

        assertThat(attempt).isInstanceOf(AttemptOutcome.Delivered.class);
        assertThat(receiver.next().signature())
                .endsWith(HexFormat.of().formatHex(Sha256.hmac(Sha256.of("kg_revoked"), BODY)));
    }

    @Test
    void errorsAndRedirectsAreFailuresAndNoRedirectIsFollowed() {
        try (Receiver elsewhere = new Receiver()) {
            for (int status : List.of(500, 503, 404, 400, 304)) {
                receiver.answers(status);
                assertThat(client.send(message(receiver.url()), "m").outcome()).isEqualTo("HTTP " + status);
            }
            for (int status : List.of(301, 302, 303, 307, 308)) {
                receiver.answers(exchange -> {
                    exchange.getResponseHeaders().set("Location", elsewhere.url());
                    exchange.sendResponseHeaders(status, -1);
                });
                assertThat(client.send(message(receiver.url()), "m"))
                        .isEqualTo(new AttemptOutcome.Failed("HTTP " + status));
            }
            assertThat(elsewhere.all()).isEmpty();
            assertThat(receiver.all()).as("nothing is retried in secret").hasSize(10);
        }
    }

    @Test
    void goneEndsADelivery() {
        receiver.answers(410);

        assertThat(client.send(message(receiver.url()), "m")).isEqualTo(new AttemptOutcome.Gone());
    }

    @Test
    void aReceiverThatHangsHoldsNobodyBeyondTheTimeout() {
        CountDownLatch over = new CountDownLatch(1);
        receiver.answers(_ -> await(over));

        assertTakesAboutTheTimeout();
        over.countDown();
    }

    @Test
    void aReceiverThatDripsItsHeadHoldsNobodyBeyondTheTimeout() throws Exception {
        try (RawServer drips = new RawServer(socket -> {
            socket.getOutputStream().write("HTTP/1.1 200 OK\r\nX-Slow: ".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100; i++) {
                socket.getOutputStream().write('a');
                socket.getOutputStream().flush();
                Thread.sleep(100);
            }
        })) {
            long started = System.nanoTime();
            assertThat(client.send(message(drips.url()), "m")).isEqualTo(new AttemptOutcome.Failed("timeout"));
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(TIMEOUT.plusSeconds(7));
        }
    }

    @Test
    void anEndlessAnswerIsNotRead() throws Exception {
        try (RawServer endless = new RawServer(socket -> {
            socket.getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                socket.getOutputStream().write("4\r\nabcd\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        })) {
            long started = System.nanoTime();
            assertThat(client.send(message(endless.url()), "m")).isEqualTo(new AttemptOutcome.Delivered(200));
            assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(TIMEOUT.plusSeconds(5));
        }
    }

    @Test
    void resetsAndGarbageAreFailuresWithoutTheReceiversWords() throws Exception {
        try (RawServer resets = new RawServer(socket -> socket.setSoLinger(true, 0));
                RawServer garbage = new RawServer(socket -> socket.getOutputStream()
                        .write("a secret of the receiver\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))) {
            assertThat(client.send(message(resets.url()), "m")).isEqualTo(new AttemptOutcome.Failed("connection lost"));
            assertThat(client.send(message(garbage.url()), "m").outcome()).isIn("connection lost", "timeout");
        }
        assertThat(client.send(message("http://localhost:" + Ports.free() + "/"), "m"))
                .isEqualTo(new AttemptOutcome.Failed("no connection"));
    }

    @Test
    void aNameThatAlsoLeadsInsideIsNotConnectedToAtAll() throws Exception {
        try (DeliveryClient strict = strict(
                host -> new InetAddress[] {InetAddress.getLoopbackAddress(), InetAddress.getByName("93.184.215.14")})) {
            assertThat(strict.send(message("https://rebinding.example:" + port() + "/"), "m")
                            .outcome())
                    .startsWith("refused: must not lead to");
            assertThat(receiver.all()).isEmpty();
        }
    }

    @Test
    void aNameIsCheckedByTheVeryAddressesThatAreConnectedTo() throws Exception {
        AtomicInteger lookups = new AtomicInteger();
        DeliveryClient.Lookup rebinding = _ -> lookups.incrementAndGet() == 1
                ? new InetAddress[] {InetAddress.getLoopbackAddress()}
                : new InetAddress[] {InetAddress.getByName("169.254.169.254")};
        WebhookUrlPolicy allowing =
                new WebhookUrlPolicy(new WebhookSettings(List.of("rebinding.example"), TIMEOUT, 8, List.of(), null));
        try (DeliveryClient guarded = new DeliveryClient(
                allowing,
                new WebhookSettings(List.of(), TIMEOUT, 8, List.of(), null),
                Clock.systemUTC(),
                certificates,
                rebinding)) {
            DeliveryPayload.SignedPost message = message("http://rebinding.example:" + port() + "/");

            assertThat(guarded.send(message, "m")).isEqualTo(new AttemptOutcome.Delivered(200));
            assertThat(lookups).as("one lookup for check and connection").hasValue(1);
            assertThat(guarded.send(message, "m").outcome()).startsWith("refused: must not lead to");
            assertThat(receiver.all()).hasSize(1);
        }
    }

    private DeliveryClient strict(DeliveryClient.Lookup lookup) {
        WebhookSettings settings = new WebhookSettings(List.of(), TIMEOUT, 8, List.of(), null);
        return new DeliveryClient(new WebhookUrlPolicy(settings), settings, Clock.systemUTC(), certificates, lookup);
    }

    private void assertTakesAboutTheTimeout() {
        long started = System.nanoTime();
        assertThat(client.send(message(receiver.url()), "m")).isEqualTo(new AttemptOutcome.Failed("timeout"));
        assertThat(Duration.ofNanos(System.nanoTime() - started))
                .isBetween(TIMEOUT.minusMillis(100), TIMEOUT.plusSeconds(7));
    }

    private int port() {
        return java.net.URI.create(receiver.url()).getPort();
    }

    private DeliveryPayload.SignedPost message(String url) {
        return message(url, RunningGateway.keyId(jdbc));
    }

    private DeliveryPayload.SignedPost message(String url, KeyId key) {
        return new DeliveryPayload.SignedPost(
                url, "completed", BODY, signatures.signer(key).orElseThrow());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
