package io.klinggateway.admin;

import io.klinggateway.admin.DeclarationPlan.PlannedAction;
import io.klinggateway.admin.DeclarationPlan.PlannedTenant;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Sha256;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.annotation.Transactional;

/** The declaration of all tenants, as a pipeline reads, rehearses and replaces it. */
@Component
class DeclarationOperations {

    private static final int TAG_BYTES = 8;
    private static final int TENANTS_AT_ONCE = 1000;

    private final DeclarationReconciler reconciler;
    private final Tenants tenants;
    private final OperatorJson json;

    DeclarationOperations(DeclarationReconciler reconciler, Tenants tenants, OperatorJson json) {
        this.reconciler = reconciler;
        this.tenants = tenants;
        this.json = json;
    }

    /**
     * What is declared now.
     *
     * @param revision of the newest declaration; 0 before the first
     */
    record CurrentDeclaration(long revision, List<DeclaredTenantView> tenants) {}

    /** @param tag changes with what is declared */
    record Tagged<T>(T answer, String tag) {}

    @Transactional(readOnly = true)
    public Tagged<CurrentDeclaration> find() {
        return tagged(reconciler.revision());
    }

    private Tagged<CurrentDeclaration> tagged(long revision) {
        CurrentDeclaration current = new CurrentDeclaration(
                Math.max(0, revision),
                all().stream()
                        .filter(TenantRecord::declared)
                        .map(reconciler::view)
                        .toList());
        byte[] digest = Sha256.of(json.tree(current).toString());
        return new Tagged<>(
                current, "\"" + current.revision() + "-" + HexFormat.of().formatHex(digest, 0, TAG_BYTES) + "\"");
    }

    private List<TenantRecord> all() {
        List<TenantRecord> all = new ArrayList<>();
        List<TenantRecord> page;
        do {
            page = tenants.list(all.isEmpty() ? "" : all.getLast().tenant().name(), "", TENANTS_AT_ONCE);
            all.addAll(page);
        } while (page.size() == TENANTS_AT_ONCE);
        return all;
    }

    /**
     * Makes the tenants what is declared, all or none, or tells what that would change.
     *
     * @param ifMatch the tag of what the caller means to replace; only a rehearsal may lack it
     */
    Tagged<DeclarationPlan> put(Actor actor, DeclarationTerms asked, @Nullable String ifMatch, boolean dryRun) {
        if (ifMatch == null && !dryRun) {
            throw new ProblemException(Problem.of(
                    ProblemCode.PRECONDITION_REQUIRED,
                    "If-Match is required: the ETag of GET /admin/v1/declaration, or * to replace whatever there is"));
        }
        return reconciler.inTransaction(transaction -> put(actor, asked, ifMatch, dryRun, transaction));
    }

    private Tagged<DeclarationPlan> put(
            Actor actor,
            DeclarationTerms asked,
            @Nullable String ifMatch,
            boolean dryRun,
            TransactionStatus transaction) {
        long newest = reconciler.lockRevision();
        String tagBefore = tagged(newest).tag();
        if (ifMatch != null && !matches(ifMatch, tagBefore)) {
            throw new ProblemException(Problem.of(
                    ProblemCode.PRECONDITION_FAILED,
                    "The declaration has changed since it was read; its ETag is " + tagBefore + " now"));
        }
        Long stated = asked.declarationRevision();
        if (stated != null && stated < newest) {
            throw Refusals.conflict("The revision " + stated + " is older than " + newest + ", which was seen before");
        }
        List<PlannedTenant> planned = new ArrayList<>(reconciler.apply(actor, asked.tenants()));
        boolean changed = planned.stream().anyMatch(PlannedTenant::hasEffect);
        if (changed && stated != null && stated == newest) {
            throw Refusals.conflict("The revision " + stated + " was seen before, with another declaration");
        }
        long revision = stated != null ? stated : changed ? Math.max(0, newest) + 1 : newest;
        if (revision != newest) {
            reconciler.setRevision(revision);
        }
        planned.addAll(leftAlone(planned));
        String tag = dryRun ? tagBefore : tagged(revision).tag();
        if (dryRun) {
            transaction.setRollbackOnly();
        }
        return new Tagged<>(
                new DeclarationPlan(
                        dryRun,
                        Math.max(0, revision),
                        dryRun ? planned.stream().map(PlannedTenant::rehearsed).toList() : planned),
                tag);
    }

    private static boolean matches(String ifMatch, String tag) {
        return Arrays.stream(ifMatch.split(",", -1))
                .map(String::strip)
                .anyMatch(one -> one.equals("*") || one.equals(tag));
    }

    private List<PlannedTenant> leftAlone(List<PlannedTenant> planned) {
        Set<String> names = planned.stream().map(PlannedTenant::name).collect(Collectors.toSet());
        return all().stream()
                .map(TenantRecord::tenant)
                .filter(tenant -> !names.contains(tenant.name()))
                .map(tenant ->
                        new PlannedTenant(tenant.id().value(), tenant.name(), PlannedAction.LEAVE_ALONE, List.of()))
                .toList();
    }
}
