package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.admin.ErasureOperations.ErasureOrder;
import io.klinggateway.erasure.TenantErasure;
import io.klinggateway.erasure.TenantErasures;
import io.klinggateway.tenant.TenantRecord;
import io.klinggateway.tenant.Tenants;
import java.util.Map;
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
    TenantErasure find(String name) {
        TenantRecord tenant = tenants.find(name).orElseThrow(() -> Refusals.noTenant(name));
        return erasures.latest(tenant.tenant().id())
                .orElseThrow(() -> Refusals.notFound("Nobody has asked to erase the team \"" + name + "\""));
    }

    /** Begins one, or has the one that is going on go on to this moment. Either is on record. */
    @Transactional
    public TenantErasure erase(Actor actor, String name, ErasureOrder asked) {
        TenantRecord tenant = tenants.lock(name).orElseThrow(() -> Refusals.noTenant(name));
        TenantErasure begun = erasures.order(tenant.tenant().id(), actor.name(), asked.reason());
        audit.record(
                actor,
                Action.of("tenant.erase", name).because(asked.reason()),
                null,
                Map.of("until", begun.until().toString(), "openJobs", begun.openJobs()));
        return begun;
    }
}
