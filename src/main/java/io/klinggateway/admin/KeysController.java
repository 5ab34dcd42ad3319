package io.klinggateway.admin;

import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.support.Uuids;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Tenants' keys, for operators. */
@RestController
@RequestMapping(path = "/admin/v1/tenants/{name}/keys", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Keys")
class KeysController {

    private final KeyOperations keys;

    KeysController(KeyOperations keys) {
        this.keys = keys;
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(summary = "Issue a key; the answer is the only place that ever shows it")
    KeyView.Issued issue(@AuthenticationPrincipal Actor actor, @PathVariable String name, @RequestBody NewKey asked) {
        return keys.issue(actor, name, asked);
    }

    @GetMapping
    @Operation(summary = "All keys that the tenant ever had, oldest first")
    Listed list(@PathVariable String name) {
        return new Listed(keys.list(name));
    }

    @Schema(name = "OperatorKeys")
    record Listed(List<KeyView> items) {}

    @PatchMapping("/{id}")
    @Operation(
            summary = "Change expiry, budget or allowed networks; what is left out is unchanged, null removes it",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = KeyTerms.KeyChange.class))))
    KeyView change(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @PathVariable @Schema(format = "uuid") String id,
            @RequestBody MergePatch patch) {
        return keys.change(actor, name, keyId(id), patch);
    }

    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    @Operation(summary = "Revoke a key, for ever; its record stays", responses = @ApiResponse(responseCode = "204"))
    void revoke(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @PathVariable @Schema(format = "uuid") String id) {
        keys.revoke(actor, name, keyId(id));
    }

    @PostMapping("/{id}/rotation")
    @ResponseStatus(HttpStatus.CREATED)
    @Operation(
            summary =
                    "Put a new key in its place: same name, expiry, budget and networks; the old one works until the grace ends")
    KeyView.Issued rotate(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @PathVariable @Schema(format = "uuid") String id,
            @RequestBody Rotation rotation) {
        return keys.rotate(actor, name, keyId(id), rotation);
    }

    private static UUID keyId(String id) {
        return Uuids.parse(id).orElseThrow(() -> Refusals.notFound("There is no such key"));
    }
}
