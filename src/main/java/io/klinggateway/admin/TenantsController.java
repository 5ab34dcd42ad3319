package io.klinggateway.admin;

import io.klinggateway.admin.ErasureOperations.ErasureOrder;
import io.klinggateway.admin.TenantTerms.NewTenant;
import io.klinggateway.erasure.TenantErasure;
import io.klinggateway.support.Page;
import io.klinggateway.usage.SpendForecast;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Tenants, for operators. */
@RestController
@RequestMapping(path = "/admin/v1/tenants", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Tenants")
class TenantsController {

    private final TenantOperations tenants;
    private final TenantErasureOperations erasures;

    TenantsController(TenantOperations tenants, TenantErasureOperations erasures) {
        this.tenants = tenants;
        this.erasures = erasures;
    }

    @PostMapping
    @Operation(
            summary = "Create a tenant with a budget and, if wanted, limits",
            responses = @ApiResponse(responseCode = "201", useReturnTypeSchema = true))
    ResponseEntity<TenantView> create(@AuthenticationPrincipal Actor actor, @RequestBody NewTenant asked) {
        TenantView created = tenants.create(actor, asked);
        return ResponseEntity.created(URI.create("/admin/v1/tenants/" + created.name()))
                .body(created);
    }

    @GetMapping
    @Operation(summary = "All tenants by name, with their balances")
    Page<TenantView> list(
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        String after = query.name("cursor", cursor);
        int most = query.limit(limit);
        query.refuseInvalid();
        return Page.of(tenants.list(after == null ? "" : after, "", most + 1), most, TenantView::name);
    }

    @GetMapping("/{name}")
    @Operation(summary = "One tenant, with its balance")
    TenantView find(@PathVariable String name) {
        return tenants.find(name);
    }

    @GetMapping("/{name}/forecast")
    @Operation(summary = "When a tenant has nothing left, if it goes on spending as in the last seven days")
    SpendForecast.Forecast forecast(@PathVariable String name) {
        return tenants.forecast(name);
    }

    @PatchMapping("/{name}")
    @Operation(
            summary =
                    "Change budget, cost centre, limits, self-service, default webhook or status; what is left out is unchanged, null removes a limit, and a weight "
                            + "that is null is 1 again",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = TenantTerms.TenantChange.class))))
    TenantView change(@AuthenticationPrincipal Actor actor, @PathVariable String name, @RequestBody MergePatch patch) {
        return tenants.change(actor, name, patch);
    }

    @PostMapping("/{name}/erasure")
    @Operation(
            summary =
                    "Erase the requests, images, webhooks and uploads of all that a tenant has asked for until now; its"
                            + " credits and the books stay",
            description =
                    "Goes on in the background. Jobs that are open are erased once they have ended, and uploads once they have"
                            + " expired. Asked again while it is going on, it takes in what was asked for since.",
            responses = @ApiResponse(responseCode = "202", useReturnTypeSchema = true))
    ResponseEntity<TenantErasure> erase(
            @AuthenticationPrincipal Actor actor, @PathVariable String name, @RequestBody ErasureOrder erasure) {
        TenantErasure begun = erasures.erase(actor, name, erasure);
        return ResponseEntity.accepted()
                .location(URI.create("/admin/v1/tenants/" + name + "/erasure"))
                .body(begun);
    }

    @GetMapping("/{name}/erasure")
    @Operation(summary = "How far the newest erasure of a tenant has come")
    TenantErasure erasure(@PathVariable String name) {
        return erasures.find(name);
    }
}
