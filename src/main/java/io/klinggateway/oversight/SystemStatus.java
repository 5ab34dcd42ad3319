package io.klinggateway.oversight;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What this replica knows of the whole gateway, as its meters publish it: at most 15 seconds old. */
@Component
public class SystemStatus {

    private final OpenGenerations open;
    private final VendorBalance balance;
    private final Reconciliation reconciliation;
    private final Reviews reviews;

    SystemStatus(OpenGenerations open, VendorBalance balance, Reconciliation reconciliation, Reviews reviews) {
        this.open = open;
        this.balance = balance;
        this.reconciliation = reconciliation;
        this.reviews = reviews;
    }

    /** Empty as long as they were never counted. */
    public List<OpenCount> open() {
        return open.counted();
    }

    /** What all tenants together have set aside, in credits; read at this moment. */
    public long openHolds() {
        return open.heldNow();
    }

    public Optional<VendorCredits> vendorCredits() {
        return balance.known();
    }

    /** Credits that are missing from the vendor's account and unknown to the books; empty if that cannot be told. */
    public Optional<Long> vendorDrift() {
        return balance.drift();
    }

    /** Takes the vendor's account to be right as it stands, from the next reading on. */
    public void acceptVendorDrift() {
        balance.acceptDrift();
    }

    public Optional<Drift> drift() {
        return reconciliation.known();
    }

    /**
     * A tenant's generations as operators see them, newest first; those that were answered with an error are none.
     *
     * @param cursor where the page before ended; anything else begins at the top
     */
    public Page<GenerationSummary> generations(TenantId tenant, @Nullable String cursor, int limit) {
        PageCursor before = cursor == null ? null : PageCursor.decode(cursor).orElse(null);
        List<GenerationSummary> found = reviews.ofTenant(
                tenant, before == null ? null : before.createdAt(), before == null ? null : before.id(), limit + 1);
        return Page.of(found, limit, last -> new PageCursor(last.createdAt(), last.id()).encode());
    }
}
