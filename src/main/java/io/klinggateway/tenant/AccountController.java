package io.klinggateway.tenant;

import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.ledger.WindowView;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Objects;
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
    private final Keys keys;

    AccountController(Ledger ledger, Keys keys) {
        this.ledger = ledger;
        this.keys = keys;
    }

    @GetMapping("/me")
    @Operation(summary = "Who is calling, in the vendor's shape, and what the calling key may spend")
    Me me(@AuthenticationPrincipal Caller caller) {
        Tenant tenant = caller.tenant();
        BudgetStatus budgetStatus = ledger.budgetStatus(tenant.id(), keys.budget(caller));
        return new Me(
                // The vendor's shape wants a person, which the gateway does not know; .invalid is never a mailbox.
                new User(tenant.id().value(), tenant.name() + "@kling-gateway.invalid", "MEMBER"),
                new Team(
                        tenant.id().value(),
                        tenant.name(),
                        budgetStatus.spendable().window(),
                        budgetStatus.spendable().available().amount(),
                        null),
                new Key(caller.keyId().value(), caller.keyName(), caller.keyPrefix()));
    }

    @GetMapping("/credits")
    @Operation(summary = "What the calling key may spend now, and every window of its budgets")
    CreditsView credits(@AuthenticationPrincipal Caller caller) {
        BudgetStatus budgetStatus = ledger.budgetStatus(caller.tenant().id(), keys.budget(caller));
        WindowBalance limiting = budgetStatus.limiting();
        return new CreditsView(
                caller.tenant().name(),
                budgetStatus.spendable().available().amount(),
                budgetStatus.spendable().limitedBy().wire(),
                limiting.window().period(),
                limiting.periodStart(),
                limiting.resetsAt(),
                Objects.requireNonNull(limiting.ceiling()).amount(),
                limiting.held().amount(),
                limiting.captured().amount(),
                budgetStatus.windows().stream().map(WindowView::of).toList());
    }

    record Me(User user, Team team, Key apiKey) {}

    record User(
            UUID id,
            String email,

            @Schema(allowableValues = {"ADMIN", "MEMBER", "OWNER"})
            String role) {}

    /**
     * @param plan the window of the budgets that leaves least
     * @param credits what the calling key may still spend
     */
    record Team(
            UUID id,
            String name,

            @Schema(example = "month", description = "The window of the budgets that leaves least")
            String plan,

            long credits,
            @Nullable String customerId) {}

    record Key(
            UUID id,
            String name,
            @Schema(example = "kg_4fQz0") String prefix) {}

    /**
     * @param available what the calling key may spend now
     * @param limitedBy whose window leaves least: "key": one of the key's own budget; "tenant": the longest one of the
     *     team's; "window": a shorter one of the team's. The members from {@code period} to {@code captured}
     *     are of that window.
     * @param periodStart null, as {@code resetsAt}, for a window that never starts anew
     */
    @Schema(name = "Account")
    record CreditsView(
            @Schema(example = "demo") String tenant,
            @Schema(example = "950") long available,

            @Schema(allowableValues = {"key", "tenant", "window"})
            String limitedBy,

            PeriodKind period,
            @Nullable LocalDate periodStart,
            @Nullable Instant resetsAt,
            @Schema(example = "1000") long ceiling,
            @Schema(example = "8") long held,
            @Schema(example = "42") long captured,
            List<WindowView> windows) {}
}
