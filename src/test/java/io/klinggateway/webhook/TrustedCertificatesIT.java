package io.klinggateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import io.klinggateway.tenant.KeySignatures;
import io.klinggateway.webhook.DeliveryWorker.Next;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Receivers over TLS, with one authority trusted as operating.md says. */
@Tag("slow")
@RunningGatewayTest
@Timeout(60)
class TrustedCertificatesIT {

    private static final String YESTERDAY = "-1d";
    private static final String LONG_AGO = "-200d";
    private static final AttemptOutcome UNTRUSTED = new AttemptOutcome.Failed("TLS failure");

    private static final TestAuthority COMPANY = new TestAuthority("company");

    @Autowired
    private DeliveryClient client;

    @Autowired
    private DeliveryWorker worker;

    @Autowired
    private DeliveryRepository deliveries;

    @Autowired
    private KeySignatures signatures;

    @Autowired
    private SslBundles bundles;

    @Autowired
    private TrustedCertificates certificates;

    @Autowired
    private WebhookOutbox outbox;

    @Autowired
    private JdbcClient jdbc;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void trust(DynamicPropertyRegistry properties) {
        Path certificate = COMPANY.certificate();
        properties.add("spring.ssl.bundle.pem.receivers.truststore.certificate", () -> "file:" + certificate);
        properties.add("gateway.webhooks.ssl-bundle", () -> "receivers");
    }

    @Test
    void aReceiverInsideTheCompanyIsTold() throws Exception {
        try (Receiver receiver = new Receiver(COMPANY.certify("localhost", YESTERDAY))) {
            Client client = new Client(port, RunningGateway.KEY);

            String id = client.order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + receiver.url() + "\"");

            assertThat(receiver.url()).startsWith("https://localhost:");
            assertThat(receiver.next().json().path("jobId").stringValue()).isEqualTo(id);
            await().until(() -> client.get("/v2/jobs/" + id)
                    .json()
                    .path("webhookStatus")
                    .asString()
                    .equals("delivered"));
        }
    }

    @Test
    void aCertificateForAnotherNameIsNotTrusted() {
        SSLContext forAnotherName = COMPANY.certify("another.example", YESTERDAY);
        try (Receiver receiver = new Receiver(forAnotherName)) {
            assertThat(client.send(post(message(receiver.url())), "m")).isEqualTo(UNTRUSTED);
            assertThat(client.send(post(message(receiver.url("127.0.0.1"))), "m"))
                    .isEqualTo(UNTRUSTED);
            assertThat(receiver.all()).as("nothing was said to it").isEmpty();
        }
    }

    @Test
    void anExpiredCertificateIsNotTrusted() {
        try (Receiver receiver = new Receiver(COMPANY.certify("localhost", LONG_AGO))) {
            assertThat(client.send(post(message(receiver.url())), "m")).isEqualTo(UNTRUSTED);
            assertThat(receiver.all()).isEmpty();
        }
    }

    @Test
    void anotherAuthorityIsNotTrustedAndTheDeliveryIsTriedAgain() {
        SSLContext byStranger = new TestAuthority("stranger").certify("localhost", "-2d");
        try (Receiver receiver = new Receiver(byStranger)) {
            JobWebhookMessage message = message(receiver.url());
            deliveries.add(message, null);

            assertThat(worker.attempt(outbox, message.generation().value(), BusyDeferrals.NONE))
                    .isInstanceOf(Next.Again.class);

            assertThat(deliveries.list(new DeliveryFilter(null, DeliveryFilter.Wanted.FAILING), null, 1_000))
                    .filteredOn(failing -> failing.generation().equals(message.generation()))
                    .extracting(Delivery::lastOutcome)
                    .containsExactly("TLS failure");
            assertThat(receiver.all()).isEmpty();
        }
    }

    @Test
    void withoutTheBundleTheCompanysOwnAuthorityIsNotTrusted() throws Exception {
        WebhookSettings settings = settings(null);
        try (Receiver receiver = new Receiver(COMPANY.certify("localhost", "-3d"));
                DeliveryClient plain = new DeliveryClient(
                        new WebhookUrlPolicy(settings),
                        settings,
                        Clock.systemUTC(),
                        new TrustedCertificates(settings, bundles))) {
            JobWebhookMessage message = message(receiver.url());

            assertThat(plain.send(post(message), "m")).isEqualTo(UNTRUSTED);
            assertThat(client.send(post(message), "m")).isEqualTo(new AttemptOutcome.Delivered(200));
        }
    }

    @Test
    void publicAuthoritiesStayTrusted() {
        TrustedCertificates javas = new TrustedCertificates(settings(null), bundles);

        assertThat(javas.authorities()).isNotEmpty();
        assertThat(certificates.authorities())
                .containsAll(javas.authorities())
                .filteredOn(authority -> !javas.authorities().contains(authority))
                .singleElement()
                .satisfies(own ->
                        assertThat(own.getSubjectX500Principal().getName()).isEqualTo("CN=company"));
    }

    @Test
    void aBundleThatIsNotThereStopsTheStart() {
        assertThatThrownBy(() -> new TrustedCertificates(settings("nowhere"), bundles))
                .hasMessage("gateway.webhooks.ssl-bundle: there is no bundle \"nowhere\" under spring.ssl.bundle");
    }

    private static WebhookSettings settings(@Nullable String bundle) {
        return new WebhookSettings(List.of("localhost"), Duration.ofSeconds(10), 8, List.of(), bundle);
    }

    private DeliveryPayload.SignedPost post(JobWebhookMessage message) {
        return new DeliveryPayload.SignedPost(
                message.url(),
                message.event(),
                message.body(),
                signatures.signer(message.key()).orElseThrow());
    }

    private JobWebhookMessage message(String url) {
        return new JobWebhookMessage(
                new GenerationId(UUID.randomUUID()),
                new TenantId(UUID.randomUUID()),
                RunningGateway.keyId(jdbc),
                url,
                "completed",
                "{\"event\":\"completed\"}".getBytes(StandardCharsets.UTF_8));
    }
}
