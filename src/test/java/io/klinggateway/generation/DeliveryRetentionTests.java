package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Delivery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

@RunningGatewayTest
@Timeout(60)
class DeliveryRetentionTests {

    private static final Duration KEPT = Duration.ofDays(30);

    @LocalServerPort
    private int port;

    @Autowired
    private DeliveryRetention retention;

    @Autowired
    private Deliveries deliveries;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private Pictures pictures;

    @Autowired
    private JdbcClient jdbc;

    private Client client;

    @BeforeEach
    void connect() {
        client = new Client(port, RunningGateway.KEY);
    }

    @Test
    void whatIsOverIsForgottenWhileItsJobGoesOnSayingHowItCameOut() {
        try (Receiver receiver = new Receiver()) {
            String delivered = order(receiver, "delivered");
            receiver.answers(410);
            String failed = order(receiver, "failed");
            receiver.answers(500);
            String pending = order(receiver, "pending");
            await().until(() -> attempts(pending) > 0);
            List<String> all = List.of(delivered, failed, pending);

            age(delivered, KEPT.minusMinutes(1));
            age(failed, KEPT.minusMinutes(1));
            age(pending, KEPT.multipliedBy(2));
            passUntilNothingIsLeft();
            assertThat(all).as("its time is not over").allMatch(this::isOnRecord);

            age(delivered, Duration.ofMinutes(1));
            age(failed, Duration.ofMinutes(1));
            assertThat(failing()).contains(failed);
            passUntilNothingIsLeft();

            assertThat(all).filteredOn(this::isOnRecord).containsExactly(pending);
            assertThat(failing()).doesNotContain(failed).contains(pending);
            assertThat(deliveries.retry(generation(failed)))
                    .as("there is nothing left to send")
                    .isFalse();
            assertThat(all).extracting(this::webhookStatus).containsExactly("delivered", "failed", "pending");
            assertThat(all).extracting(this::listedWebhookStatus).containsExactly("delivered", "failed", "pending");
        }
    }

    @Test
    void anErasedRequestTakesNoWebhookStatusWithIt() {
        try (Receiver receiver = new Receiver()) {
            String told = order(receiver, "delivered");
            String silent = client.order("\"prompt\":\"a fox nobody asks for\"");
            client.await(silent, "COMPLETED");
            jdbc.sql("update generation set completed_at = completed_at - interval '30 days' where id in (:ids)")
                    .param("ids", List.of(UUID.fromString(told), UUID.fromString(silent)))
                    .update();

            RetentionPass.run(jdbc, pictures, transactions, KEPT);

            assertThat(client.get("/v2/jobs/" + told).json().path("input").isNull())
                    .isTrue();
            assertThat(isOnRecord(told)).isTrue();
            assertThat(webhookStatus(told)).isEqualTo("delivered");
            assertThat(client.get("/v2/jobs/" + silent)
                            .json()
                            .path("webhookStatus")
                            .isNull())
                    .isTrue();

            age(told, KEPT);
            passUntilNothingIsLeft();

            assertThat(isOnRecord(told)).isFalse();
            assertThat(webhookStatus(told)).isEqualTo("delivered");
        }
    }

    /** No job of its team: neither an export nor an erasure of the team would find it later. */
    @Test
    void ofACallThatWasAnsweredWithAnErrorNoWordsStay() {
        String job = client.order("\"prompt\":\"a fox\"");
        client.await(job, "COMPLETED");
        UUID refused = UUID.randomUUID();
        UUID failed = UUID.randomUUID();
        for (UUID id : List.of(refused, failed)) {
            jdbc.sql("""
                            insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash,
                                                    model_name, images, quoted_credits, captured_credits, upstream,
                                                    upstream_request, error, created_at, completed_at)
                            select :id, tenant_id, key_id, 'FAILED', :acknowledged, admitted_by, '', model_name, 1, 2, 0, upstream,
                                   'x', 'no foxes', now() - make_interval(secs => :age), now() - make_interval(secs => :age)
                              from generation where id = :job
                            """)
                    .param("id", id)
                    .param("acknowledged", id.equals(failed))
                    .param("age", 2 * KEPT.toSeconds())
                    .param("job", UUID.fromString(job))
                    .update();
        }

        RetentionPass.run(jdbc, pictures, transactions, KEPT);

        assertThat(error(failed)).isEqualTo("no foxes");
        assertThat(error(refused)).isEmpty();
    }

    private String error(UUID id) {
        return jdbc.sql("select coalesce(error, '') from generation where id = :id and upstream_request is null")
                .param("id", id)
                .query(String.class)
                .single();
    }

    @Test
    void onePassDeletesSoManyAndNoMore() {
        transactions.executeWithoutResult(transaction -> {
            addOld(600);

            assertThat(retention.pass()).as("more may be due").isTrue();
            assertThat(old()).isEqualTo(100);
            assertThat(retention.pass()).isFalse();
            assertThat(old()).isZero();
            transaction.setRollbackOnly();
        });
    }

    @Test
    void severalReplicasMayDoItAtOnce() throws Exception {
        addOld(3_000);

        try (ExecutorService replicas = Executors.newFixedThreadPool(4)) {
            List<Future<?>> passes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                passes.add(replicas.submit(this::passUntilNothingIsLeft));
            }
            for (Future<?> pass : passes) {
                pass.get();
            }
        }

        passUntilNothingIsLeft();
        assertThat(old()).isZero();
    }

    private void passUntilNothingIsLeft() {
        while (retention.pass()) {
            Thread.onSpinWait();
        }
    }

    /** A job that has ended, and whose webhook stands like this. */
    private String order(Receiver receiver, String webhookStatus) {
        String id = client.order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + receiver.url() + "\"");
        client.await(id, "COMPLETED");
        await().until(() -> webhookStatus(id).equals(webhookStatus));
        return id;
    }

    private void age(String id, Duration by) {
        jdbc.sql("""
                        update webhook_delivery set last_attempt_at = last_attempt_at - make_interval(secs => :by)
                         where generation_id = :id
                        """)
                .param("by", by.toSeconds())
                .param("id", UUID.fromString(id))
                .update();
    }

    private void addOld(int count) {
        jdbc.sql("""
                        insert into webhook_delivery
                            (generation_id, tenant_id, key_id, url, event, body, status, attempts, last_attempt_at)
                        select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'https://old.example/', 'completed',
                               '', 'delivered', 1, gateway_now() - interval '31 days'
                          from generate_series(1, :count)
                        """).param("count", count).update();
    }

    private int old() {
        return jdbc.sql("select count(*) from webhook_delivery where url = 'https://old.example/'")
                .query((row, _) -> row.getInt(1))
                .single();
    }

    private boolean isOnRecord(String id) {
        return jdbc.sql("select exists (select from webhook_delivery where generation_id = :id)")
                .param("id", UUID.fromString(id))
                .query((row, _) -> row.getBoolean(1))
                .single();
    }

    private int attempts(String id) {
        return jdbc.sql("select attempts from webhook_delivery where generation_id = :id")
                .param("id", UUID.fromString(id))
                .query((row, _) -> row.getInt(1))
                .single();
    }

    private List<String> failing() {
        return deliveries.failing(1_000).stream()
                .map(Delivery::generation)
                .map(GenerationId::toString)
                .toList();
    }

    private String webhookStatus(String id) {
        return client.get("/v2/jobs/" + id).json().path("webhookStatus").asString();
    }

    private String listedWebhookStatus(String id) {
        JsonNode listed =
                client.get("/v2/jobs?search=" + id).json().path("jobs").path(0);
        return listed.path("webhookStatus").asString();
    }

    private static GenerationId generation(String id) {
        return new GenerationId(UUID.fromString(id));
    }
}
