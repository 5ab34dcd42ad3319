package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.generation.JobEvent;
import io.klinggateway.generation.JobView;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.RegisteredKey;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryFilter;
import io.klinggateway.webhook.JobWebhookMessage;
import io.klinggateway.webhook.WebhookUrlPolicy;
import jakarta.validation.constraints.NotNull;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Webhooks that are tried again, by operators and by their teams. */
@Component
public class DeliveryOperations {

    /** Of one press: all in one transaction. */
    public static final int MOST_AT_ONCE = 500;

    private static final String TEST = "test";

    private final Deliveries deliveries;
    private final WebhookUrlPolicy urls;
    private final Keys keys;
    private final AuditLog audit;
    private final JsonMapper json;
    private final Clock clock;

    DeliveryOperations(
            Deliveries deliveries, WebhookUrlPolicy urls, Keys keys, AuditLog audit, JsonMapper json, Clock clock) {
        this.deliveries = deliveries;
        this.urls = urls;
        this.keys = keys;
        this.audit = audit;
        this.json = json;
        this.clock = clock;
    }

    /** Tries a delivery now, and begins its series of attempts anew. */
    @Transactional
    public void retry(Actor actor, GenerationId generation) {
        if (!deliveries.retry(generation)) {
            throw noDelivery();
        }
        audit.record(actor, new Action("webhook.retry", null, generation.toString(), null), null, null);
    }

    /**
     * The same for all that a filter finds, the oldest first.
     *
     * @param team by which the audit names it; null for all
     * @return how many
     */
    @Transactional
    public int retryAll(Actor actor, DeliveryFilter filter, @Nullable String team) {
        int webhooks = deliveries.retryAll(filter, MOST_AT_ONCE);
        if (webhooks > 0) {
            audit.record(
                    actor,
                    new Action("webhook.retry-all", team, null, null),
                    null,
                    new RetriedWebhooks(filter.wanted().name(), webhooks));
        }
        return webhooks;
    }

    record RetriedWebhooks(String filter, int webhooks) {}

    /** Sends a team's own once more, now, also if it has arrived. */
    @Transactional
    public void sendAgain(Actor actor, Caller caller, GenerationId generation) {
        if (!deliveries.sendAgain(caller.tenant().id(), generation)) {
            throw Refusals.notFound("There is no webhook of that job");
        }
        audit.record(actor, Action.of("webhook.retry", caller.tenant().name()).about(generation), null, null);
    }

    /**
     * The keys that may sign a test, the first unless another is asked for. A key signs for itself. A person acts under a
     * key that no receiver knows, so the team's others sign, the newest first, as far as there are any.
     */
    public List<RegisteredKey> testSigners(Actor actor, Caller caller) {
        List<RegisteredKey> known = keys.list(caller.tenant()).reversed().stream()
                .filter(key -> key.valid() && key.replacedBy() == null && !ConsoleKeys.isNamed(key))
                .toList();
        return actor.wayIn() == Actor.WayIn.SINGLE_SIGN_ON && !known.isEmpty()
                ? known
                : keys.find(caller.tenant(), caller.keyId()).stream().toList();
    }

    private RegisteredKey testSigner(Actor actor, Caller caller, @Nullable UUID wanted) {
        return testSigners(actor, caller).stream()
                .filter(key -> wanted == null || key.id().equals(new KeyId(wanted)))
                .findFirst()
                .orElseThrow(() -> new ProblemException(Problem.invalid("key", "is none that may sign a test")));
    }

    /**
     * Sends a message like those about completed jobs to a team's receiver, and waits for its answer. Its event is {@code
     * test}, and there is no job of its id.
     *
     * @throws ProblemException if the URL may not be called, or the key may not sign
     */
    public TestWebhook test(Actor actor, Caller caller, WebhookTest asked) {
        RegisteredKey signer = testSigner(actor, caller, asked.key());
        urls.brokenRule(asked.url()).ifPresent(rule -> {
            throw new ProblemException(Problem.invalid("url", rule));
        });
        UUID id = UUID.randomUUID();
        ObjectNode body = json.valueToTree(new JobEvent.Completed(
                id,
                "COMPLETED",
                100,
                new JobView.Result(List.of("https://example.com/image-1.png")),
                ImageRequest.MODEL,
                PriceList.CREDITS_PER_IMAGE,
                clock.instant().truncatedTo(ChronoUnit.MILLIS)));
        body.put("event", TEST);
        JobWebhookMessage message = new JobWebhookMessage(
                new GenerationId(id),
                caller.tenant().id(),
                signer.id(),
                asked.url(),
                TEST,
                json.writeValueAsBytes(body));
        return new TestWebhook(body, id + "-" + TEST, signer.name(), deliveries.test(message, id + "-" + TEST));
    }

    /**
     * @param url as in a request's {@code webhookUrl}
     * @param key which signs; null for the first of {@link #testSigners}
     */
    public record WebhookTest(
            @NotNull(message = "is required") String url,
            @Nullable UUID key) {}

    /**
     * @param messageId as in the header {@code Webhook-Id}
     * @param signedBy the name of the key
     */
    public record TestWebhook(JsonNode body, String messageId, String signedBy, Deliveries.Tested result) {}

    static RuntimeException noDelivery() {
        return Refusals.notFound("There is no failing delivery of that generation");
    }
}
