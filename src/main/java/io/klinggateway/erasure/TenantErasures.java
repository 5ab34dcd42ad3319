package io.klinggateway.erasure;

import io.klinggateway.erasure.TenantErasureRepository.OpenErasure;
import io.klinggateway.generation.Erasure;
import io.klinggateway.generation.Erasure.Walked;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.upload.Uploads;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** Orders to erase what a team has asked for and got. */
@Component
public class TenantErasures {

    private static final Logger log = LoggerFactory.getLogger(TenantErasures.class);
    private static final int MOST_AT_ONCE = 500;

    private final TenantErasureRepository orders;
    private final Erasure erasure;
    private final Uploads uploads;
    private final TransactionOperations transactions;

    TenantErasures(
            TenantErasureRepository orders, Erasure erasure, Uploads uploads, TransactionOperations transactions) {
        this.orders = orders;
        this.erasure = erasure;
        this.uploads = uploads;
        this.transactions = transactions;
    }

    /** The team's newest, finished or not. */
    public Optional<TenantErasure> latest(TenantId tenant) {
        return orders.latest(tenant);
    }

    /** Takes an order into the caller's transaction, which has the tenant locked. One that is open goes on to this moment. */
    @Transactional(propagation = Propagation.MANDATORY)
    public TenantErasure order(TenantId tenant, String askedBy, String reason) {
        if (!orders.extend(tenant, askedBy, reason)) {
            orders.add(tenant, askedBy, reason);
        }
        return orders.latest(tenant).orElseThrow();
    }

    /**
     * One step of each order that no other replica works on. One that fails does not keep the others waiting.
     *
     * @return whether more is to be done at once
     */
    boolean pass() {
        boolean more = false;
        for (UUID id : orders.open()) {
            try {
                more |= Boolean.TRUE.equals(transactions.execute(
                        _ -> orders.lock(id).map(this::step).orElse(false)));
            } catch (RuntimeException failure) {
                log.warn("a step of the erasure {} failed, and is taken again: {}", id, failure.getMessage(), failure);
            }
        }
        return more;
    }

    private boolean step(OpenErasure order) {
        // Asked before anything is looked for: what has ended by now is found below.
        boolean allEnded = orders.allEnded(order);
        int files = uploads.erase(order.tenant(), order.until(), MOST_AT_ONCE);
        int requests = erasure.eraseRequests(order.tenant(), order.until(), order.endedFrom(), MOST_AT_ONCE);
        Walked walked = requests == MOST_AT_ONCE
                ? new Walked(order.walked(), 0, false)
                : erasure.eraseRest(order.tenant(), order.until(), order.walked(), MOST_AT_ONCE);
        orders.progress(order, walked.to(), requests + walked.erased(), files, requests < MOST_AT_ONCE);
        if (files == MOST_AT_ONCE || requests == MOST_AT_ONCE || !walked.atEnd()) {
            return true;
        }
        if (allEnded && !order.lastWalk()) {
            orders.walkOnceMore(order); // past those that were open when it came by them
            return true;
        }
        if (allEnded) {
            orders.finish(order);
            log.info(
                    "erased the requests, images and uploads of the tenant {} until {}", order.tenant(), order.until());
        }
        return false;
    }
}
