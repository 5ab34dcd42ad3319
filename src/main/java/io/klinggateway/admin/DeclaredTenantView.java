package io.klinggateway.admin;

import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.tenant.CidrBlock;
import io.klinggateway.tenant.RegisteredKey;
import io.klinggateway.tenant.TenantStatus;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a declaration has made of a tenant. Of its keys there are those that are declared, without their digests: those are
 * secrets. A default webhook is there if it is declared, too.
 */
@Schema(name = "DeclaredTenantState")
record DeclaredTenantView(
        UUID id,
        String name,
        TenantStatus status,
        boolean declared,
        BudgetTerms budget,
        @Nullable String costCentre,
        @Nullable Integer retentionDays,
        TenantView.LimitsView limits,
        @Nullable SelfServiceTerms selfService,
        @Nullable DefaultWebhookTerms defaultWebhook,
        List<DeclaredKeyView> keys) {

    @Schema(name = "DeclaredKeyState")
    record DeclaredKeyView(UUID id, String name, List<String> allowedNetworks) {}

    static DeclaredTenantView of(TenantView tenant, List<RegisteredKey> keys) {
        return new DeclaredTenantView(
                tenant.id(),
                tenant.name(),
                tenant.status(),
                tenant.declared(),
                BudgetTerms.of(tenant.budget()),
                tenant.costCentre(),
                tenant.retentionDays(),
                tenant.limits(),
                tenant.selfService(),
                declared(tenant.defaultWebhook()),
                keys.stream()
                        .filter(key -> key.declared() && key.valid())
                        .map(key -> new DeclaredKeyView(
                                key.id().value(),
                                key.name(),
                                key.allowedNetworks().stream()
                                        .map(CidrBlock::toString)
                                        .toList()))
                        .sorted(Comparator.comparing(DeclaredKeyView::name))
                        .toList());
    }

    private static @Nullable DefaultWebhookTerms declared(@Nullable DefaultWebhookView webhook) {
        return webhook != null && webhook.declared() ? webhook.toTerms() : null;
    }
}
