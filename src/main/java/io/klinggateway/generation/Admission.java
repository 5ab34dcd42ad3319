package io.klinggateway.generation;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.AvailableCredits;
import io.klinggateway.ledger.GenerationId;
import java.time.Duration;
import java.time.LocalDate;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the database decided about a request, in one transaction. */
sealed interface Admission {

    /**
     * The credits are held and the generation is in the queue.
     *
     * @param acknowledged whether its caller gets a 202 whatever comes of the first attempt
     */
    record Admitted(Credits available, boolean acknowledged) implements Admission {}

    /** The same request came before under the same key. */
    record Replayed(GenerationId id, String status, Credits cost, Credits available) implements Admission {}

    /** Another request came before under the same key. */
    record Conflict() implements Admission {}

    /** The vendor has refused a call under that key of its own. */
    record KeyUsed() implements Admission {}

    /** Nothing was held, because of that period of that window. */
    record Insufficient(AvailableCredits left, UUID window, LocalDate periodStart) implements Admission {}

    /** The minute's requests are used up. */
    record RateLimited(RequestAllowance allowance) implements Admission {}

    /** As many of the tenant's generations wait as may. */
    record QueueFull() implements Admission {}

    /** The vendor refuses the gateway's account. */
    record AccountRefused(Duration until) implements Admission {}

    /** The books were restored, and what they have lost is looked for. */
    record Recovering() implements Admission {}

    /** The key was revoked or has expired since the caller was let in. */
    record KeyInvalid() implements Admission {}

    /** The tenant was suspended since the caller was let in. */
    record TenantSuspended() implements Admission {}

    /** @param allowance null if the tenant has no limit of requests, or the request was not counted */
    record Decision(Admission admission, @Nullable RequestAllowance allowance) {}
}
