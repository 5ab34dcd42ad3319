package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.CreditRequest.CreditRequestStatus;
import io.klinggateway.admin.CreditTerms.NewCreditRequest;
import io.klinggateway.admin.CreditTerms.NewGrant;
import io.klinggateway.admin.CreditTerms.RequestAnswer;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenants;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Teams ask for credits, and operators answer: once, and a grant is one like any other. All of it is on record. */
@Component
public class CreditRequestOperations {

    private static final int MOST_OPEN = 3;

    private final CreditRequestRepository requests;
    private final CreditOperations credits;
    private final Tenants tenants;
    private final AuditLog audit;
    private final OperatorJson json;

    CreditRequestOperations(
            CreditRequestRepository requests,
            CreditOperations credits,
            Tenants tenants,
            AuditLog audit,
            OperatorJson json) {
        this.requests = requests;
        this.credits = credits;
        this.tenants = tenants;
        this.audit = audit;
        this.json = json;
    }

    /**
     * Asks in a team's name.
     *
     * @param body JSON
     * @param key makes the call repeatable; null if the caller gave none
     */
    @Transactional
    public IdempotentResult<CreditRequest> ask(Caller caller, byte[] body, @Nullable String key) {
        return ask(
                Actor.byKey(caller),
                caller,
                json.read(json.object(body), NewCreditRequest.class),
                OperatorIdempotency.checkedKey(key));
    }

    /**
     * Asks in a team's name.
     *
     * @param actor who acts for the team
     * @param key makes the call repeatable; null if the caller gave none
     */
    @Transactional
    public IdempotentResult<CreditRequest> ask(
            Actor actor, Caller caller, NewCreditRequest asked, @Nullable String key) {
        String team = caller.tenant().name();
        TenantId tenant = caller.tenant().id();
        // Under the tenant's lock, requests come one after the other.
        lock(team);
        Optional<CreditRequest> before = key == null ? Optional.empty() : requests.find(tenant, key);
        if (before.isPresent()) {
            return repeated(before.get(), asked);
        }
        if (requests.countOpen(tenant) >= MOST_OPEN) {
            throw Refusals.conflict(
                    MOST_OPEN + " requests of your team wait for an answer; ask again when one of them has it");
        }
        CreditRequest request =
                find(requests.add(tenant, asked, actor.person() == null ? caller.keyName() : actor.name(), key));
        audit.record(actor, Action.of("request.ask", team).about(request.id()).because(asked.reason()), null, request);
        return new IdempotentResult<>(request, false);
    }

    private static IdempotentResult<CreditRequest> repeated(CreditRequest before, NewCreditRequest asked) {
        if (before.credits() != asked.credits() || !before.reason().equals(asked.reason())) {
            throw new ProblemException(Problem.of(
                    ProblemCode.IDEMPOTENCY_CONFLICT,
                    "This Idempotency-Key was used with another request; use a new Idempotency-Key"));
        }
        return new IdempotentResult<>(before, true);
    }

    /**
     * Grants what was asked for.
     *
     * @throws ProblemException a 409 that says who answered, if somebody has
     */
    @Transactional
    public CreditRequest grant(Actor actor, UUID id, RequestAnswer answer) {
        CreditRequest open = lockOpen(id);
        long seq = credits.grant(actor, open.team(), new NewGrant(open.credits(), answer.reason()), null)
                .answer()
                .seq();
        return answered(actor, open, CreditRequestStatus.GRANTED, answer, seq);
    }

    /** @throws ProblemException a 409 that says who answered, if somebody has */
    @Transactional
    public CreditRequest refuse(Actor actor, UUID id, RequestAnswer answer) {
        return answered(actor, lockOpen(id), CreditRequestStatus.REFUSED, answer, null);
    }

    /** Its tenant's lock lets one answer in at a time. */
    private CreditRequest lockOpen(UUID id) {
        String team = find(id).team();
        lock(team);
        return refuseAnswered(find(id));
    }

    private void lock(String team) {
        if (tenants.lock(team).isEmpty()) {
            throw Refusals.noTenant(team);
        }
    }

    private static CreditRequest refuseAnswered(CreditRequest request) {
        if (!request.isOpen()) {
            throw Refusals.conflict("This request was already "
                    + (request.status() == CreditRequestStatus.GRANTED ? "granted" : "refused") + " by "
                    + request.answeredBy());
        }
        return request;
    }

    private CreditRequest answered(
            Actor actor, CreditRequest open, CreditRequestStatus status, RequestAnswer answer, @Nullable Long seq) {
        if (!requests.answer(open.id(), status, actor, answer.reason(), seq)) {
            throw new IllegalStateException("request " + open.id() + " was answered under its tenant's lock");
        }
        CreditRequest after = find(open.id());
        audit.record(
                actor,
                Action.of(status == CreditRequestStatus.GRANTED ? "request.grant" : "request.refuse", open.team())
                        .about(open.id())
                        .because(answer.reason()),
                open,
                after);
        return after;
    }

    private CreditRequest find(UUID id) {
        return requests.find(id).orElseThrow(() -> Refusals.notFound("There is no request " + id));
    }

    /** Those that wait for an answer, the oldest first. */
    public List<CreditRequest> longestOpen(int most) {
        return requests.longestOpen(most);
    }

    public long countOpen() {
        return requests.countOpen();
    }

    /** A team's own, newest first. */
    public Page<CreditRequest> ofTeam(TenantId tenant, @Nullable PageCursor before, int limit) {
        return page(requests.list(tenant, null, before, limit + 1), limit);
    }

    /**
     * Newest first.
     *
     * @param tenantName null for all
     * @param status null for all
     */
    public Page<CreditRequest> list(
            @Nullable String tenantName, @Nullable CreditRequestStatus status, @Nullable PageCursor before, int limit) {
        TenantId tenant = tenantName == null
                ? null
                : tenants.find(tenantName)
                        .orElseThrow(() -> Refusals.noTenant(tenantName))
                        .tenant()
                        .id();
        return page(requests.list(tenant, status, before, limit + 1), limit);
    }

    private static Page<CreditRequest> page(List<CreditRequest> found, int limit) {
        return Page.of(found, limit, last -> new PageCursor(last.askedAt(), last.id()).encode());
    }
}
