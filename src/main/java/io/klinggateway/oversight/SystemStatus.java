package io.klinggateway.oversight;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.PageCursor;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What this replica knows of the whole, without asking: as the meters publish it, at most a quarter of a minute old. */
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

    public Optional<VendorCredits> vendorCredits() {
        return balance.known();
    }

    public Optional<Drift> drift() {
        return reconciliation.known();
    }

    /**
     * A tenant's generations as operators see them, newest first; those that were answered with an error are none.
     *
     * @param cursor where the page before ended; anything else begins at the top
     */
    public SummaryPage generations(TenantId tenant, @Nullable String cursor, int limit) {
        PageCursor before = cursor == null ? null : PageCursor.decode(cursor).orElse(null);
        List<GenerationSummary> found = reviews.ofTenant(
                tenant, before == null ? null : before.createdAt(), before == null ? null : before.id(), limit + 1);
        List<GenerationSummary> shown = found.subList(0, Math.min(limit, found.size()));
        return new SummaryPage(
                shown,
                found.size() > limit
                        ? new PageCursor(
                                        shown.getLast().createdAt(),
                                        shown.getLast().id())
                                .encode()
                        : null);
    }

    /** @param nextCursor null at the end */
    public record SummaryPage(
            List<GenerationSummary> generations, @Nullable String nextCursor) {}
}
