package io.klinggateway.tenant;

import io.klinggateway.ledger.Balance;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What a tenant may know of itself. */
@RestController
@RequestMapping(path = "/v2", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Account")
class AccountController {

    private final Ledger ledger;

    AccountController(Ledger ledger) {
        this.ledger = ledger;
    }

    @GetMapping("/me")
    @Operation(summary = "Who is calling, in the vendor's shape; the team is the tenant")
    Me me(@AuthenticationPrincipal Caller caller) {
        Tenant tenant = caller.tenant();
        Balance balance = ledger.balance(tenant.id());
        return new Me(
                // The vendor's shape wants a person, which the gateway does not know; .invalid is never a mailbox.
                new User(tenant.id().value(), tenant.name() + "@kling-gateway.invalid", "MEMBER"),
                new Team(
                        tenant.id().value(),
                        tenant.name(),
                        balance.period().name().toLowerCase(Locale.ROOT),
                        balance.available().amount(),
                        null),
                new Key(caller.keyId().value(), caller.keyName(), caller.keyPrefix()));
    }

    @GetMapping("/credits")
    @Operation(summary = "The calling tenant's budget: what is held, spent and left in this period")
    CreditsView credits(@AuthenticationPrincipal Caller caller) {
        Balance balance = ledger.balance(caller.tenant().id());
        return new CreditsView(
                caller.tenant().name(),
                balance.period(),
                balance.periodStart(),
                balance.resetsAt(),
                balance.ceiling().amount(),
                balance.held().amount(),
                balance.captured().amount(),
                balance.available().amount());
    }

    record Me(User user, Team team, Key apiKey) {}

    record User(
            UUID id,
            String email,

            @Schema(allowableValues = {"ADMIN", "MEMBER", "OWNER"})
            String role) {}

    /** @param credits what the tenant may still spend in this period */
    record Team(
            UUID id,
            String name,

            @Schema(example = "month", description = "How often the budget starts anew")
            String plan,

            long credits,
            @Nullable String customerId) {}

    record Key(
            UUID id,
            String name,
            @Schema(example = "kg_4fQz0") String prefix) {}

    /** @param periodStart null, as {@code resetsAt}, for a budget that never starts anew */
    @Schema(name = "Account")
    record CreditsView(
            @Schema(example = "demo") String tenant,
            PeriodKind period,
            @Nullable LocalDate periodStart,
            @Nullable Instant resetsAt,
            @Schema(example = "1000") long ceiling,
            @Schema(example = "8") long held,
            @Schema(example = "42") long captured,
            @Schema(example = "950") long available) {}
}
