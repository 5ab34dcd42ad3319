package io.klinggateway.generation;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.Admission.AccountRefused;
import io.klinggateway.generation.Admission.Admitted;
import io.klinggateway.generation.Admission.Conflict;
import io.klinggateway.generation.Admission.Decision;
import io.klinggateway.generation.Admission.Insufficient;
import io.klinggateway.generation.Admission.KeyInvalid;
import io.klinggateway.generation.Admission.KeyUsed;
import io.klinggateway.generation.Admission.QueueFull;
import io.klinggateway.generation.Admission.RateLimited;
import io.klinggateway.generation.Admission.Recovering;
import io.klinggateway.generation.Admission.Replayed;
import io.klinggateway.generation.Admission.TenantSuspended;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.ImageRequestJson;
import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.InsufficientCredits;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Sha256;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.InvalidApiKey;
import io.klinggateway.tenant.KeyOwners.KeyOwner;
import java.time.Clock;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Takes requests in: one transaction decides replay and conflict, then limits, then holds the credits and puts the
 * generation into the queue. A refusal has held nothing.
 */
@Component
public class Admissions {

    private static final Logger log = LoggerFactory.getLogger(Admissions.class);

    /** A caller that repeats what the vendor refuses soon has a key of the vendor's for each call. */
    private static final int MOST_ROUNDS = 4;

    private final AdmissionRepository admissions;
    private final PriceList prices;
    private final ImageRequestJson json;
    private final VendorCallbackUrls callbacks;
    private final GenerationScope scope;
    private final GenerationMeters meters;
    private final Clock clock;

    Admissions(
            AdmissionRepository admissions,
            PriceList prices,
            ImageRequestJson json,
            VendorCallbackUrls callbacks,
            GenerationScope scope,
            GenerationMeters meters,
            Clock clock) {
        this.admissions = admissions;
        this.prices = prices;
        this.json = json;
        this.callbacks = callbacks;
        this.scope = scope;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * @param key makes the call repeatable; null if the caller gave none
     * @param labels kept by the gateway; a replay with others leaves the first call's
     */
    public NewGeneration prepare(Caller caller, ImageRequest request, @Nullable IdempotencyKey key, Labels labels) {
        GenerationId id = GenerationId.next(clock);
        byte[] asked = json.write(request);
        byte[] hash = Sha256.of(asked);
        TenantId tenant = caller.tenant().id();
        VendorIdempotencyKey vendorIdempotencyKey =
                key == null ? VendorIdempotencyKey.of(id) : VendorIdempotencyKey.of(tenant, key, hash, 0);
        ImageRequest sent = callbacks.upstream(new VendorCallbackUrls.Subject(vendorIdempotencyKey, tenant), request);
        return new NewGeneration(
                id,
                caller,
                key,
                request,
                labels,
                prices.price(request),
                hash,
                vendorIdempotencyKey,
                sent.equals(request) ? asked : json.write(sent),
                scope.traceparent());
    }

    /**
     * @param acknowledged asked as late as possible: whether the caller gets its 202 whatever comes of the first attempt;
     *     otherwise it waits for the vendor's verdict, on this replica
     * @param allowance is told where the tenant stands with its requests, whatever comes of this one
     * @throws InsufficientCredits if a window of the budget has too few left
     * @throws IdempotencyConflict if the key names another request
     * @throws ProblemException if the tenant is at a limit, its key is not valid any more, or the vendor refuses the
     *     gateway's account
     * @throws OutcomeUnknown if the database was lost in the middle of a COMMIT and stayed away until the deadline
     */
    public AdmissionReceipt admit(
            NewGeneration generation,
            BooleanSupplier acknowledged,
            Deadline deadline,
            Consumer<RequestAllowance> allowance) {
        Decision decision = scope.step("kling.gateway.admission", () -> decide(generation, acknowledged, deadline));
        if (decision.allowance() != null) {
            allowance.accept(decision.allowance());
        }
        return switch (decision.admission()) {
            case Admitted admitted -> admitted(generation, admitted);
            case Replayed replayed ->
                new AdmissionReceipt(
                        replayed.id(), replayed.status(), false, true, replayed.cost(), replayed.available());
            case Conflict _ -> throw new IdempotencyConflict();
            case KeyUsed _ -> throw new IllegalStateException("every key of the vendor's is used");
            case RateLimited limited -> throw LimitReached.ofRequests(limited.allowance());
            case QueueFull _ -> throw LimitReached.ofWaiting();
            case AccountRefused refused ->
                throw Refusal.accountRefused(refused.until()).toException();
            case Recovering _ -> throw Refusal.recovering().toException();
            case KeyInvalid _ -> throw InvalidApiKey.unknown();
            case TenantSuspended _ -> throw InvalidApiKey.inactive();
            case Insufficient insufficient -> throw new InsufficientCredits(generation.price(), insufficient.left());
        };
    }

    /** Whether a call under its idempotency key has been admitted before, with this request or another. */
    public boolean isKnown(NewGeneration generation) {
        IdempotencyKey key = generation.idempotencyKey();
        return key != null
                && admissions.isKnown(generation.caller().tenant().id(), key, generation.vendorIdempotencyKey());
    }

    private Decision decide(NewGeneration generation, BooleanSupplier acknowledged, Deadline deadline) {
        Decision decision = admissions.admit(generation, acknowledged, deadline);
        for (int round = 1; round <= MOST_ROUNDS && decision.admission() instanceof KeyUsed; round++) {
            decision = admissions.admit(underOtherKey(generation, round), acknowledged, deadline);
        }
        return decision;
    }

    private NewGeneration underOtherKey(NewGeneration generation, int round) {
        TenantId tenant = generation.caller().tenant().id();
        VendorIdempotencyKey key = round == MOST_ROUNDS
                ? VendorIdempotencyKey.of(generation.id())
                : VendorIdempotencyKey.of(
                        tenant, Objects.requireNonNull(generation.idempotencyKey()), generation.requestHash(), round);
        return generation.under(
                key, json.write(callbacks.upstream(new VendorCallbackUrls.Subject(key, tenant), generation.request())));
    }

    private AdmissionReceipt admitted(NewGeneration generation, Admitted admitted) {
        Caller caller = generation.caller();
        meters.held(new KeyOwner(caller.tenant().name(), caller.keyName()), generation.price());
        scope.named(generation.id(), () -> {
            log.info(
                    "admitted generation={} credits={}",
                    generation.id(),
                    generation.price().amount());
            return generation;
        });
        return new AdmissionReceipt(
                generation.id(), "QUEUED", admitted.acknowledged(), false, generation.price(), admitted.available());
    }
}
