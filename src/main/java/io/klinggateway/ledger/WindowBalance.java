package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A window in its current period.
 *
 * @param keyBudget the key's own budget to which it belongs; null if it is the tenant's
 * @param name its kind, with its first day if that is not the usual one: {@code month}, {@code week-sunday}
 * @param periodStart the local date on which the period began; null for TOTAL
 * @param resetsAt when the next period begins; null for TOTAL
 * @param ceiling what held and captured together never exceed; null, as {@code available}, if the window refuses nothing
 * @param held set aside for open generations
 * @param captured spent
 * @param available what a new hold may take from it
 * @param refused requests that it refused in this period, to a few seconds
 * @param shadowRefused requests that its shadow limit would have refused in this period
 * @param emptySince when its last credit was taken, or a request refused; null if it could serve since
 */
public record WindowBalance(
        UUID id,
        @Nullable KeyBudgetId keyBudget,
        String name,
        BudgetWindow window,
        @Nullable LocalDate periodStart,
        @Nullable Instant resetsAt,
        @Nullable Credits ceiling,
        Credits held,
        Credits captured,
        @Nullable Credits available,
        long refused,
        long shadowRefused,
        @Nullable Instant emptySince) {}
