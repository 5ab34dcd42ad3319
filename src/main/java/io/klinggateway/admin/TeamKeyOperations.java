package io.klinggateway.admin;

import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.OwnBudgetTerms;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.admin.KeyView.KeyStatus;
import io.klinggateway.credits.Credits;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.SelfService;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * A team's own keys, managed by the team: the operators' operations, within the bounds that operators set. Those of a declared
 * team stand in its declaration. Who may act for the team is not asked here.
 */
@Component
public class TeamKeyOperations {

    private final KeyOperations keys;
    private final Tenants tenants;
    private final Clock clock;

    TeamKeyOperations(KeyOperations keys, Tenants tenants, Clock clock) {
        this.keys = keys;
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Whether the team may rotate or revoke it, given that there are bounds at all. */
    public static boolean isChangeable(KeyView key) {
        return key.status() == KeyStatus.ACTIVE && !key.declared() && !isOfConsole(key);
    }

    /** What operators allow that key, a team does not get around by a new one. */
    private static boolean isOfConsole(KeyView key) {
        return key.name().equals(ConsoleKeys.NAME);
    }

    /** All that the team ever had, oldest first. */
    public List<KeyView> list(Caller caller) {
        return keys.list(caller.tenant().name());
    }

    /** The bounds; null if the team manages no keys. */
    public @Nullable SelfServiceTerms bounds(Caller caller) {
        return tenants.find(caller.tenant().name())
                .map(TenantRecord::selfService)
                .map(SelfServiceTerms::of)
                .orElse(null);
    }

    /**
     * @param actor who acts for the team
     * @throws ProblemException if that is not within the bounds
     */
    @Transactional
    public KeyView.Issued issue(Actor actor, Caller caller, NewKey asked) {
        TenantRecord tenant = lock(caller);
        SelfService bounds = bounds(tenant);
        long live = list(caller).stream()
                .filter(key -> key.status() == KeyStatus.ACTIVE && key.replacedBy() == null && !isOfConsole(key))
                .count();
        if (live >= bounds.mostKeys()) {
            throw Refusals.conflict("The team has " + live + " keys, and the operators allow " + bounds.mostKeys()
                    + "; revoke one first");
        }
        if (asked.name().equals(ConsoleKeys.NAME)) {
            throw new ProblemException(Problem.invalid("name", "is that of the key which people in the console use"));
        }
        refuseTooLong(asked.expiresAt(), bounds.longestValidityDays());
        refuseTooMuch(asked.budget(), bounds.highestKeyBudget());
        return keys.issue(actor, tenant, asked);
    }

    /** The new key has the old one's expiry, budget and networks. */
    @Transactional
    public KeyView.Issued rotate(Actor actor, Caller caller, UUID id, Rotation asked) {
        TenantRecord tenant = lock(caller);
        bounds(tenant);
        refuseConsoles(caller, id);
        refuseThird(caller, id);
        return keys.rotate(actor, tenant.tenant().name(), id, asked);
    }

    /** Revoking it again changes nothing. */
    @Transactional
    public void revoke(Actor actor, Caller caller, UUID id) {
        TenantRecord tenant = lock(caller);
        bounds(tenant);
        refuseConsoles(caller, id);
        keys.revoke(actor, tenant.tenant().name(), id);
    }

    private void refuseConsoles(Caller caller, UUID id) {
        if (list(caller).stream().anyMatch(key -> key.id().equals(id) && isOfConsole(key))) {
            throw Refusals.conflict(
                    "People in the console use the key \"" + ConsoleKeys.NAME + "\"; only operators change it");
        }
    }

    /** Each rotation would leave one more key that works, whatever the operators allow. */
    private void refuseThird(Caller caller, UUID id) {
        if (list(caller).stream().anyMatch(key -> key.status() == KeyStatus.ACTIVE && id.equals(key.replacedBy()))) {
            throw Refusals.conflict("The key that this one replaced still works; revoke it first");
        }
    }

    private TenantRecord lock(Caller caller) {
        String name = caller.tenant().name();
        return tenants.lock(name).orElseThrow(() -> Refusals.noTenant(name));
    }

    private static SelfService bounds(TenantRecord tenant) {
        SelfService bounds = tenant.selfService();
        if (bounds == null) {
            throw new ProblemException(Problem.of(
                    ProblemCode.NOT_PERMITTED,
                    "The operators have not allowed the team \""
                            + tenant.tenant().name() + "\" to manage its keys"));
        }
        return bounds;
    }

    private void refuseTooLong(@Nullable Instant expiresAt, @Nullable Integer days) {
        if (days != null
                && (expiresAt == null || expiresAt.isAfter(clock.instant().plus(Duration.ofDays(days))))) {
            throw new ProblemException(Problem.invalid("expiresAt", "must be within " + days + " days from now"));
        }
    }

    private static void refuseTooMuch(@Nullable OwnBudgetTerms budget, @Nullable Credits highest) {
        if (highest == null) {
            return;
        }
        List<Long> limits = budget == null ? List.of() : limits(budget);
        if (limits.isEmpty() || limits.stream().anyMatch(limit -> limit > highest.amount())) {
            throw new ProblemException(
                    Problem.invalid("budget", "must allow at most " + highest.amount() + " credits in each window"));
        }
    }

    /** Those that are stated: a single window may take its period from the team's. */
    private static List<Long> limits(OwnBudgetTerms budget) {
        List<Long> limits = new ArrayList<>();
        List<WindowTerms> windows = budget.windows();
        if (windows == null) {
            addTo(limits, budget.limit());
        } else {
            windows.forEach(window -> addTo(limits, window.limit()));
        }
        return limits;
    }

    private static void addTo(List<Long> limits, @Nullable Long limit) {
        if (limit != null) {
            limits.add(limit);
        }
    }
}
