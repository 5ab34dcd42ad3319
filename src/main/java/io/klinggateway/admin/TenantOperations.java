package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.admin.TenantTerms.CostCentreTerms;
import io.klinggateway.admin.TenantTerms.LimitTerms;
import io.klinggateway.admin.TenantTerms.NewTenant;
import io.klinggateway.admin.TenantTerms.RetentionTerms;
import io.klinggateway.admin.TenantTerms.TenantChange;
import io.klinggateway.credits.Credits;
import io.klinggateway.erasure.TenantErasure;
import io.klinggateway.erasure.TenantErasures;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.ledger.WindowBalance;
import io.klinggateway.tenant.DefaultWebhook;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.TenantStatus;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.usage.SpendForecast;
import io.klinggateway.usage.SpendForecast.Forecast;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Tenants, their budgets, limits and status. Every change is on record. */
@Component
public class TenantOperations {

    private final Tenants tenants;
    private final Ledger ledger;
    private final AuditLog audit;
    private final OperatorJson json;
    private final SpendForecast forecasts;
    private final TenantErasures erasures;
    private final Clock clock;

    TenantOperations(
            Tenants tenants,
            Ledger ledger,
            AuditLog audit,
            OperatorJson json,
            SpendForecast forecasts,
            TenantErasures erasures,
            Clock clock) {
        this.forecasts = forecasts;
        this.erasures = erasures;
        this.clock = clock;
        this.tenants = tenants;
        this.ledger = ledger;
        this.audit = audit;
        this.json = json;
    }

    @Transactional
    public TenantView create(Actor actor, NewTenant asked) {
        TenantRecord created = tenants.create(asked.name(), asked.budget().toBudget(), asked.toSettings());
        TenantView view = view(created);
        audit.record(actor, Action.of("tenant.create", asked.name()), null, view.masked());
        return view;
    }

    public TenantView find(String name) {
        return view(tenants.find(name).orElseThrow(() -> Refusals.noTenant(name)));
    }

    /** The newest erasure of all that it has asked for, finished or not; empty if nobody has asked for one. */
    public Optional<TenantErasure> erasure(String name) {
        return erasures.latest(tenants.find(name)
                .orElseThrow(() -> Refusals.noTenant(name))
                .tenant()
                .id());
    }

    /** How long its budget lasts. */
    public Forecast forecast(String name) {
        TenantId tenant = tenants.find(name)
                .orElseThrow(() -> Refusals.noTenant(name))
                .tenant()
                .id();
        return forecasts.forecast(tenant, ledger.budgetStatus(tenant, null), clock.instant());
    }

    /**
     * By name.
     *
     * @param afterName the name below which the list begins
     * @param part what the names have in them; empty for all
     */
    public List<TenantView> list(String afterName, String part, int most) {
        return views(tenants.list(afterName, part, most));
    }

    /** Those of these names that there are, in the order of the names. */
    public List<TenantView> list(List<String> names) {
        return views(tenants.list(names)).stream()
                .sorted(Comparator.comparingInt(tenant -> names.indexOf(tenant.name())))
                .toList();
    }

    private List<TenantView> views(List<TenantRecord> page) {
        Map<TenantId, BudgetStatus> budgetStatuses = ledger.budgetStatuses(
                page.stream().map(tenant -> tenant.tenant().id()).toList());
        return page.stream()
                .map(tenant -> TenantView.of(
                        tenant,
                        Objects.requireNonNull(
                                budgetStatuses.get(tenant.tenant().id()))))
                .toList();
    }

    @Transactional
    public TenantView change(Actor actor, String name, BudgetTerms budget) {
        return change(actor, name, now -> now.with(budget));
    }

    @Transactional
    public TenantView change(Actor actor, String name, LimitTerms limits) {
        return change(actor, name, now -> now.with(limits));
    }

    @Transactional
    public TenantView change(Actor actor, String name, CostCentreTerms costCentre) {
        return change(actor, name, now -> now.with(costCentre));
    }

    @Transactional
    public TenantView change(Actor actor, String name, RetentionTerms retention) {
        return change(actor, name, now -> now.with(retention));
    }

    @Transactional
    public TenantView change(Actor actor, String name, SelfServiceTerms selfService) {
        return change(actor, name, now -> now.with(selfService));
    }

    @Transactional
    public TenantView endSelfService(Actor actor, String name) {
        return change(actor, name, TenantChange::withoutSelfService);
    }

    @Transactional
    public TenantView change(Actor actor, String name, TenantStatus status) {
        return change(actor, name, now -> now.with(status));
    }

    public @Nullable DefaultWebhookView defaultWebhook(String name) {
        return DefaultWebhookView.of(
                tenants.find(name).orElseThrow(() -> Refusals.noTenant(name)).defaultWebhook());
    }

    /**
     * For operators and for the team's own admins, and also of a team that is declared, unless its declaration says one. Binds
     * the next request to generate on every replica.
     *
     * @param webhook valid; null to have none
     */
    @Transactional
    public void setDefaultWebhook(Actor actor, String name, @Nullable DefaultWebhookTerms webhook) {
        TenantRecord tenant = tenants.lock(name).orElseThrow(() -> Refusals.noTenant(name));
        DefaultWebhook before = tenant.defaultWebhook();
        if (before != null && before.declared()) {
            throw Refusals.declared(tenant);
        }
        DefaultWebhook wanted = DefaultWebhookTerms.toWebhook(webhook);
        if (!Objects.equals(before, wanted)) {
            tenants.change(
                    tenant,
                    tenant.status(),
                    tenant.declared(),
                    tenant.settings().with(wanted));
            audit.record(actor, Action.of("webhook.default", name), masked(before), masked(wanted));
        }
    }

    private static @Nullable DefaultWebhookView masked(@Nullable DefaultWebhook webhook) {
        DefaultWebhookView view = DefaultWebhookView.of(webhook);
        return view == null ? null : view.masked();
    }

    @Transactional
    TenantView change(Actor actor, String name, MergePatch patch) {
        return change(actor, name, now -> {
            TenantChange current = patch.gives("budget", "windows") ? now.withWindowsListed() : now;
            if (patch.changes().has("defaultWebhook")) {
                return json.read(patch.onto(json.tree(current)), TenantChange.class);
            }
            // What is not to change is not checked: the rules for receivers may have changed since.
            return json.read(patch.onto(json.tree(current.withDefaultWebhook(null))), TenantChange.class)
                    .withDefaultWebhook(now.defaultWebhook());
        });
    }

    /** Binds the next request to generate on every replica. */
    private TenantView change(Actor actor, String name, UnaryOperator<TenantChange> change) {
        TenantRecord tenant = tenants.lock(name).orElseThrow(() -> Refusals.noTenant(name));
        if (tenant.declared()) {
            throw Refusals.declared(tenant);
        }
        BudgetStatus statusBefore = ledger.budgetStatus(tenant.tenant().id(), null);
        TenantView before = TenantView.of(tenant, statusBefore);
        TenantChange asked = change.apply(TenantChange.of(before));
        ledger.setBudget(tenant.tenant().id(), asked.budget().toBudget());
        TenantRecord changed = tenants.change(tenant, asked.status(), false, asked.toSettings());
        BudgetStatus budgetStatus = ledger.budgetStatus(tenant.tenant().id(), null);
        TenantView after = TenantView.of(changed, budgetStatus).withNotice(notice(statusBefore, budgetStatus));
        if (!after.equals(before)) {
            audit.record(actor, Action.of("tenant.change", name), before.masked(), after.masked());
        }
        return after;
    }

    /** Credits are counted by window: a new one, or one whose period another zone's midnight moves, begins another count. */
    private static @Nullable String notice(BudgetStatus before, BudgetStatus after) {
        String sentences = after.windows().stream()
                .filter(window -> before.windows().stream().noneMatch(known -> countsTogether(known, window)))
                .map(TenantOperations::notice)
                .collect(Collectors.joining(". "));
        return sentences.isEmpty() ? null : sentences;
    }

    private static boolean countsTogether(WindowBalance before, WindowBalance after) {
        return before.id().equals(after.id()) && Objects.equals(before.periodStart(), after.periodStart());
    }

    private static String notice(WindowBalance window) {
        PeriodKind period = window.window().period();
        Credits limit = window.window().limit();
        String counts = "The budget now counts in the " + period
                + (window.periodStart() == null ? "" : " period that began on " + window.periodStart());
        boolean untouched =
                window.held().isZero() && window.captured().isZero() && Objects.equals(window.ceiling(), limit);
        return untouched
                ? counts + ", which starts with "
                        + (limit == null ? "nothing spent" : "the full limit of " + limit.amount() + " credits")
                : counts + ", with what was spent and granted in it before";
    }

    private TenantView view(TenantRecord tenant) {
        return TenantView.of(tenant, ledger.budgetStatus(tenant.tenant().id(), null));
    }
}
