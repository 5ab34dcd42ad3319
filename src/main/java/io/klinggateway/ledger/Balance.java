package io.klinggateway.ledger;

import io.klinggateway.credits.Credits;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * A tenant's account in its current period.
 *
 * @param periodStart the local date on which the period began; null for TOTAL
 * @param resetsAt when the next period begins; null for TOTAL
 * @param ceiling what held and captured together never exceed
 * @param held set aside for open generations
 * @param captured spent
 * @param available what a new hold may take
 */
public record Balance(
        PeriodKind period,
        @Nullable LocalDate periodStart,
        @Nullable Instant resetsAt,
        Credits ceiling,
        Credits held,
        Credits captured,
        Credits available) {}
