package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.generation.JobEvent;
import io.klinggateway.generation.JobView;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.DeliveryFilter;
import io.klinggateway.webhook.Message;
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
    private final AuditLog audit;
    private final JsonMapper json;
    private final Clock clock;

    DeliveryOperations(Deliveries deliveries, WebhookUrlPolicy urls, AuditLog audit, JsonMapper json, Clock clock) {
        this.deliveries = deliveries;
        this.urls = urls;
        this.audit = audit;
        this.json = json;
        this.clock = clock;
    }

    /** Tries a delivery now, and begins its series of attempts anew. */
    @Transactional
    public void retry(Operator operator, GenerationId generation) {
        if (!deliveries.retry(generation)) {
            throw noDelivery();
        }
        audit.record(operator, new Action("webhook.retry", null, generation.toString(), null), null, null);
    }

    /**
     * The same for all that a filter finds, the oldest first.
     *
     * @param team by which the audit names it; null for all
     * @return how many
     */
    @Transactional
    public int retryAll(Operator operator, DeliveryFilter filter, @Nullable String team) {
        int webhooks = deliveries.retryAll(filter, MOST_AT_ONCE);
        if (webhooks > 0) {
            audit.record(
                    operator,
                    new Action("webhook.retry-all", team, null, null),
                    null,
                    new RetriedWebhooks(filter.wanted().name(), webhooks));
        }
        return webhooks;
    }

    record RetriedWebhooks(String filter, int webhooks) {}

    /** Sends a team's own once more, now, also if it has arrived. */
    @Transactional
    public void sendAgain(Operator actor, Caller caller, GenerationId generation) {
        if (!deliveries.sendAgain(caller.tenant().id(), generation)) {
            throw Refusals.notFound("There is no webhook of that job");
        }
        audit.record(actor, Action.of("webhook.retry", caller.tenant().name()).about(generation), null, null);
    }

    /**
     * Sends a message like those about completed jobs to a team's receiver, signed with the calling key, and waits for its
     * answer. Its event is {@code test}, and there is no job of its id.
     *
     * @throws ProblemException if the URL may not be called
     */
    public TestWebhook test(Caller caller, WebhookTest asked) {
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
        Message message = new Message(
                new GenerationId(id),
                caller.tenant().id(),
                caller.keyId(),
                asked.url(),
                TEST,
                json.writeValueAsBytes(body));
        return new TestWebhook(body, id + "-" + TEST, deliveries.test(message, id + "-" + TEST));
    }

    /** @param url as in a request's {@code webhookUrl} */
    public record WebhookTest(
            @NotNull(message = "is required") String url) {}

    /** @param messageId as in the header {@code Webhook-Id} */
    public record TestWebhook(JsonNode body, String messageId, Deliveries.Tested result) {}

    static RuntimeException noDelivery() {
        return Refusals.notFound("There is no failing delivery of that generation");
    }
}
