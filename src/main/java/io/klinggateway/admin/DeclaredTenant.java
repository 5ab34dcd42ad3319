package io.klinggateway.admin;

import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.admin.TenantTerms.LimitTerms;
import io.klinggateway.admin.TenantTerms.StatedSettings;
import io.klinggateway.tenant.TenantSettings;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A tenant as the configuration, or a declaration that is sent, states it: all of it. */
@Schema(name = "DeclaredTenant")
record DeclaredTenant(
        @NotNull(message = "is required")
        @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
        @Schema(example = "design")
        String name,

        @NotNull(message = "is required: every tenant has a budget") @Valid
        BudgetTerms budget,

        @Pattern(regexp = Rules.COST_CENTRE, message = Rules.COST_CENTRE_RULE)
        @Schema(example = "4711", maxLength = 64)
        @Nullable
        String costCentre,

        @Min(value = 0, message = TenantTerms.RETENTION_RULE)
        @Max(value = TenantSettings.LONGEST_RETENTION_DAYS, message = TenantTerms.RETENTION_RULE)
        @Schema(description = TenantView.RETENTION_DAYS, example = "30")
        @Nullable
        Integer retentionDays,

        @Valid @Nullable LimitTerms limits,
        @Valid @Nullable SelfServiceTerms selfService,
        @Valid @Nullable DefaultWebhookTerms defaultWebhook,
        @Nullable List<@NotNull(message = "is required") @Valid DeclaredKey> keys)
        implements StatedSettings {

    List<DeclaredKey> keysOrNone() {
        return keys == null ? List.of() : keys;
    }

    /** @param sha256 of the key, in hexadecimal */
    @Schema(name = "DeclaredKey")
    record DeclaredKey(
            @NotNull(message = "is required")
            @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
            @Schema(example = "ci")
            String name,

            @NotNull(message = "is required")
            @Schema(example = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8")
            String sha256,

            @NetworkList @Nullable List<String> allowedNetworks) {

        private static final java.util.regex.Pattern DIGEST = java.util.regex.Pattern.compile("[0-9a-fA-F]{64}");

        /** Asked after binding, because a failed binding shows the value: a digest, or even the key in its place. */
        private boolean hasDigest() {
            return DIGEST.matcher(sha256).matches();
        }

        /** Key digests sign webhooks: they are secrets too. */
        @Override
        public String toString() {
            return "DeclaredKey[name=" + name + ", sha256=hidden]";
        }
    }

    /** What is wrong with valid ones together: by path, as sentences without their subject. */
    static Map<String, List<String>> faults(List<DeclaredTenant> tenants) {
        Map<String, List<String>> faults = new TreeMap<>();
        Set<String> names = new HashSet<>();
        Set<String> digests = new HashSet<>();
        for (int place = 0; place < tenants.size(); place++) {
            DeclaredTenant tenant = tenants.get(place);
            String path = "tenants[" + place + "]";
            if (!names.add(tenant.name())) {
                faults.put(path + ".name", List.of("declares the name \"" + tenant.name() + "\" twice"));
            }
            Set<String> keyNames = new HashSet<>();
            for (int keyPlace = 0; keyPlace < tenant.keysOrNone().size(); keyPlace++) {
                DeclaredKey key = tenant.keysOrNone().get(keyPlace);
                String keyPath = path + ".keys[" + keyPlace + "]";
                String named = "key \"" + key.name() + "\" of tenant \"" + tenant.name() + "\"";
                if (!key.hasDigest()) {
                    faults.put(
                            keyPath + ".sha256",
                            List.of("declares " + named + " with a sha256 that is not 64 hexadecimal digits"));
                } else if (!digests.add(key.sha256().toLowerCase(Locale.ROOT))) {
                    faults.put(keyPath + ".sha256", List.of("declares the sha256 of " + named + " twice"));
                }
                if (!keyNames.add(key.name())) {
                    faults.put(keyPath + ".name", List.of("declares the " + named + " twice"));
                }
            }
        }
        return faults;
    }
}
