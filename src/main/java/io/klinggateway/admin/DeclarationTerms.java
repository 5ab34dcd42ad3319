package io.klinggateway.admin;

import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All tenants that are declared.
 *
 * @param declarationRevision no older than the newest seen; the next one if absent
 */
@Schema(name = "Declaration")
record DeclarationTerms(
        @NotEmpty(message = "must name at least one team")
        List<@NotNull(message = "is required") @Valid DeclaredTenant> tenants,

        @Min(value = 0, message = "must not be negative") @Nullable
        Long declarationRevision)
        implements OperatorBody {}
