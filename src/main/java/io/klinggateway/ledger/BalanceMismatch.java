package io.klinggateway.ledger;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A balance that is not the sum of its entries: a fault of the books.
 *
 * @param keyBudget null if it is the tenant's own balance
 */
public record BalanceMismatch(
        TenantId tenant,
        @Nullable KeyBudgetId keyBudget,
        PeriodKind period,
        LocalDate periodStart,
        long held,
        long captured,
        long granted) {}
