package io.klinggateway.admin;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Page;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Delivery;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Webhooks that do not arrive. */
@RestController
@RequestMapping(path = "/admin/v1/webhook-deliveries", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Webhook deliveries")
class DeliveriesController {

    private final Deliveries deliveries;
    private final Tenants tenants;
    private final DeliveryOperations operations;

    DeliveriesController(Deliveries deliveries, Tenants tenants, DeliveryOperations operations) {
        this.deliveries = deliveries;
        this.tenants = tenants;
        this.operations = operations;
    }

    @GetMapping
    @Operation(summary = "Deliveries that failed at least once and have not succeeded since, newest first")
    Page<DeliveryView> failing(
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        int most = query.limit(limit);
        query.refuseInvalid();
        List<Delivery> failing = deliveries.failing(most);
        Map<TenantId, String> names =
                tenants.names(failing.stream().map(Delivery::tenant).toList());
        return new Page<>(
                failing.stream()
                        .map(delivery -> DeliveryView.of(delivery, names.get(delivery.tenant())))
                        .toList(),
                null);
    }

    @PostMapping("/{generationId}/retry")
    @Operation(summary = "Try a delivery now, and begin its series of attempts anew")
    ResponseEntity<Void> retry(
            @AuthenticationPrincipal Actor actor, @PathVariable @Schema(format = "uuid") String generationId) {
        UUID generation = Uuids.parse(generationId).orElseThrow(DeliveryOperations::noDelivery);
        operations.retry(actor, new GenerationId(generation));
        return ResponseEntity.accepted().build();
    }

    /**
     * A delivery that did not succeed.
     *
     * @param lastOutcome the receiver's status or a kind of failure; nothing that the receiver said
     */
    @Schema(name = "OperatorDelivery")
    record DeliveryView(
            UUID generationId,
            @Nullable String tenant,
            String url,
            String event,
            @Schema(allowableValues = {"pending", "failed"}) String status,
            int attempts,
            @Nullable String lastOutcome,
            Instant createdAt,
            @Nullable Instant lastAttemptAt) {

        static DeliveryView of(Delivery delivery, @Nullable String tenant) {
            return new DeliveryView(
                    delivery.generation().value(),
                    tenant,
                    delivery.url(),
                    delivery.event(),
                    delivery.status().name().toLowerCase(Locale.ROOT),
                    delivery.attempts(),
                    delivery.lastOutcome(),
                    delivery.createdAt(),
                    delivery.lastAttemptAt());
        }
    }
}
