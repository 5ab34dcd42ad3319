package io.klinggateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import io.klinggateway.webhook.DeliveryWorker.Next;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

@RunningGatewayTest
@Timeout(60)
class DeliveryWorkerTests {

    private static final List<Duration> ABOUT = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            Duration.ofHours(10),
            Duration.ofHours(14),
            Duration.ofHours(20),
            Duration.ofHours(24));

    private final Receiver receiver = new Receiver();
    private final TenantId tenant = new TenantId(UUID.randomUUID());

    @Autowired
    private DeliveryWorker worker;

    @Autowired
    private WebhookSettings settings;

    @Autowired
    private Deliveries deliveries;

    @Autowired
    private DeliveryRepository repository;

    @Autowired
    private WebhookOutbox outbox;

    @Autowired
    private TransactionOperations transactions;

    @Autowired
    private JdbcClient jdbc;

    @AfterEach
    void closeReceiver() {
        receiver.close();
    }

    @Test
    void tenAttemptsWithinADayThenItIsGivenUp() {
        receiver.answers(500);
        GenerationId id = add(message(tenant));

        for (Duration pause : settings.retryPauses()) {
            assertThat(worker.attempt(outbox, id.value(), BusyDeferrals.NONE))
                    .isInstanceOfSatisfying(
                            Next.Again.class,
                            again -> assertThat(again.pause())
                                    .isBetween(
                                            pause.multipliedBy(9).dividedBy(10),
                                            pause.multipliedBy(11).dividedBy(10)));
            assertThat(status(id)).isEqualTo(DeliveryStatus.PENDING);
        }
        assertThat(worker.attempt(outbox, id.value(), BusyDeferrals.NONE)).isEqualTo(new Next.Nothing());

        assertThat(status(id)).isEqualTo(DeliveryStatus.FAILED);
        assertThat(receiver.all()).hasSize(10);
        assertThat(receiver.all()).extracting(Receiver.Received::id).containsOnly(id + "-completed");
        assertThat(worker.attempt(outbox, id.value(), BusyDeferrals.NONE)).isEqualTo(new Next.Nothing());
        assertThat(receiver.all()).hasSize(10);
    }

    @Test
    void operatorsSeeForHowLongTheOldestIsOwed() {
        receiver.answers(500);
        GenerationId id = add(message(tenant));
        jdbc.sql("update webhook_delivery set created_at = gateway_now() - interval '1 hour' where generation_id = :id")
                .param("id", id.value())
                .update();

        worker.attempt(outbox, id.value(), BusyDeferrals.NONE);
        double whileOwed = repository.countFailing().oldestSeconds();
        receiver.answers(204);
        worker.attempt(outbox, id.value(), BusyDeferrals.NONE);

        assertThat(whileOwed).isBetween(3600.0, 3700.0);
        assertThat(repository.countFailing().oldestSeconds()).isLessThan(3600.0);
    }

    @Test
    void theAttemptsLieWhereTheyAreSaidTo() {
        List<Duration> sums = new ArrayList<>();
        Duration sum = Duration.ZERO;
        for (Duration pause : settings.retryPauses()) {
            sum = sum.plus(pause);
            sums.add(sum);
        }

        assertThat(sums).isEqualTo(ABOUT);
    }

    @Test
    void aReceiverThatIsGoneIsNotAskedAgainUntilAnOperatorSaysSo() throws Exception {
        receiver.answers(410);
        GenerationId id = add(message(tenant));

        assertThat(worker.attempt(outbox, id.value(), BusyDeferrals.NONE)).isEqualTo(new Next.Nothing());
        assertThat(status(id)).isEqualTo(DeliveryStatus.FAILED);
        assertThat(deliveries.failing(100))
                .filteredOn(failing -> failing.generation().equals(id))
                .singleElement()
                .satisfies(failing -> {
                    assertThat(failing.lastOutcome()).isEqualTo("HTTP 410");
                    assertThat(failing.attempts()).isEqualTo(1);
                    assertThat(failing.tenant()).isEqualTo(tenant);
                });

        receiver.answers(204);
        assertThat(deliveries.retry(id)).isTrue();
        receiver.next();
        receiver.next();
        awaitDelivered(id);
        assertThat(deliveries.retry(id)).as("what is delivered stays delivered").isFalse();
        assertThat(deliveries.retry(new GenerationId(UUID.randomUUID()))).isFalse();
    }

    @Test
    void aTenantWithHangingReceiversHoldsUpNobodyElse() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        receiver.answers(_ -> {
            try {
                over.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
        try (Receiver healthy = new Receiver()) {
            for (int i = 0; i < 200; i++) {
                deliver(message(tenant));
            }
            GenerationId other = deliver(message(new TenantId(UUID.randomUUID()), healthy.url()));

            healthy.next();

            assertThat(healthy.all().getFirst().id()).isEqualTo(other + "-completed");
            assertThat(receiver.all())
                    .as("no more at once than the tenant may have")
                    .hasSizeLessThanOrEqualTo(32);
        } finally {
            over.countDown();
            jdbc.sql("delete from scheduled_tasks where not picked").update();
        }
    }

    @Test
    void whatIsRolledBackIsNeverDelivered() {
        JobWebhookMessage message = message(tenant);
        transactions.executeWithoutResult(status -> {
            deliveries.deliver(message, null);
            status.setRollbackOnly();
        });

        assertThat(deliveries.statuses(List.of(message.generation()))).isEmpty();
        assertThat(jdbc.sql("select count(*) from scheduled_tasks where task_instance = :id")
                        .param("id", message.generation().toString())
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aDeliveryThatIsWrittenTwiceIsOne() throws Exception {
        JobWebhookMessage message = message(tenant);
        transactions.executeWithoutResult(_ -> {
            deliveries.deliver(message, null);
            deliveries.deliver(message, null);
        });
        transactions.executeWithoutResult(_ -> deliveries.deliver(message, null));

        assertThat(receiver.next().body()).isEqualTo(message.body());
        awaitDelivered(message.generation());
        assertThat(receiver.all()).hasSize(1);
    }

    /** Written, but without a task: the test makes the attempts. */
    private GenerationId add(JobWebhookMessage message) {
        assertThat(repository.add(message, null)).isTrue();
        return message.generation();
    }

    private GenerationId deliver(JobWebhookMessage message) {
        transactions.executeWithoutResult(_ -> deliveries.deliver(message, null));
        return message.generation();
    }

    private void awaitDelivered(GenerationId id) {
        await().atMost(Duration.ofSeconds(10)).until(() -> status(id) == DeliveryStatus.DELIVERED);
    }

    private DeliveryStatus status(GenerationId id) {
        return Objects.requireNonNull(deliveries.statuses(List.of(id)).get(id));
    }

    private JobWebhookMessage message(TenantId owner) {
        return message(owner, receiver.url());
    }

    private JobWebhookMessage message(TenantId owner, String url) {
        return new JobWebhookMessage(
                new GenerationId(UUID.randomUUID()),
                owner,
                RunningGateway.keyId(jdbc),
                url,
                "completed",
                "{\"event\":\"completed\"}".getBytes(StandardCharsets.UTF_8));
    }
}
