package io.klinggateway.admin;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The tenants that the configuration declares: {@code gateway.tenants[]}.
 *
 * @param declarationRevision grows with every declaration; an older one than the newest seen is ignored
 */
@Validated
@ConfigurationProperties("gateway")
record DeclaredTenantsSettings(
        @DefaultValue List<@Valid DeclaredTenant> tenants,
        @DefaultValue("0") @Min(0) long declarationRevision) {}
