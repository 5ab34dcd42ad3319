package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.ErasureOperations.ErasureOrder;
import io.klinggateway.erasure.TenantErasure;
import io.klinggateway.erasure.TenantErasures;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Erases what a team has asked for and got, all of it, also of a declared team. */
@Component
public class TenantErasureOperations {

    private final Tenants tenants;
    private final TenantErasures erasures;
    private final AuditLog audit;

    TenantErasureOperations(Tenants tenants, TenantErasures erasures, AuditLog audit) {
        this.tenants = tenants;
        this.erasures = erasures;
        this.audit = audit;
    }

    /** The team's newest, finished or not. */
    public Optional<TenantErasure> latest(String name) {
        return erasures.latest(tenants.find(name)
                .orElseThrow(() -> Refusals.noTenant(name))
                .tenant()
                .id());
    }

    TenantErasure find(String name) {
        return latest(name).orElseThrow(() -> Refusals.notFound("Nobody has asked to erase the team \"" + name + "\""));
    }

    /** Begins one, unless one is going on: then that is the answer, whatever reason is given. */
    @Transactional
    public TenantErasure erase(Operator operator, String name, ErasureOrder asked) {
        TenantRecord tenant = tenants.lock(name).orElseThrow(() -> Refusals.noTenant(name));
        TenantId id = tenant.tenant().id();
        return erasures.latest(id).filter(known -> !known.finished()).orElseGet(() -> {
            TenantErasure begun = erasures.order(id, operator.name(), asked.reason());
            audit.record(
                    operator,
                    Action.of("tenant.erase", name).because(asked.reason()),
                    null,
                    Map.of("until", begun.until().toString(), "openJobs", begun.openJobs()));
            return begun;
        });
    }
}
