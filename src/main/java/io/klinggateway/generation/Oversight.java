package io.klinggateway.generation;

import io.klinggateway.ledger.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What this replica knows of the whole, without asking: as the meters publish it, at most a quarter of a minute old. */
@Component
public class Oversight {

    private final OpenGenerations open;
    private final VendorBalance balance;
    private final Reconciliation reconciliation;
    private final GenerationRepository generations;

    Oversight(
            OpenGenerations open,
            VendorBalance balance,
            Reconciliation reconciliation,
            GenerationRepository generations) {
        this.open = open;
        this.balance = balance;
        this.reconciliation = reconciliation;
        this.generations = generations;
    }

    /** Generations of one state that have not ended. */
    public record Open(String state, long generations, long heldCredits, Duration oldest) {}

    /** Empty as long as they were never counted. */
    public List<Open> open() {
        return open.counted();
    }

    /** @param age how long ago the vendor said so */
    public record VendorCredits(long credits, Duration age) {}

    public Optional<VendorCredits> vendorCredits() {
        return balance.known();
    }

    /**
     * @param rows on which the books disagree
     * @param age how long ago the books were checked
     */
    public record Drift(long rows, Duration age) {}

    public Optional<Drift> drift() {
        return reconciliation.known();
    }

    /**
     * A tenant's generations as operators see them, newest first; those that were answered with an error are none.
     *
     * @param cursor where the page before ended; anything else begins at the top
     */
    public SummaryPage generations(TenantId tenant, @Nullable String cursor, int limit) {
        JobCursor before = cursor == null ? null : JobCursor.decode(cursor).orElse(null);
        List<GenerationSummary> found = generations.summaries(tenant, before, limit + 1);
        List<GenerationSummary> shown = found.subList(0, Math.min(limit, found.size()));
        return new SummaryPage(
                shown,
                found.size() > limit
                        ? new JobCursor(
                                        shown.getLast().createdAt(),
                                        shown.getLast().id())
                                .encode()
                        : null);
    }

    /** @param nextCursor null at the end */
    public record SummaryPage(
            List<GenerationSummary> generations, @Nullable String nextCursor) {}
}
