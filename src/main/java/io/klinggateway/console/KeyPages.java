package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.KeyOperations;
import io.klinggateway.admin.KeyTerms.KeyNetworks;
import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.admin.KeyView;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.console.UnstoredKeys.UnstoredKey;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Tenants' keys, for operators. A new key has a page until the operator says that it is stored. */
@Controller
@RequestMapping("/console/operator/tenants/{tenant}/keys")
class KeyPages {

    private final TenantOperations tenants;
    private final KeyOperations keys;
    private final Forms forms;
    private final Refused refused;
    private final UnstoredKeys unstored;

    KeyPages(TenantOperations tenants, KeyOperations keys, Forms forms, Refused refused, UnstoredKeys unstored) {
        this.unstored = unstored;
        this.tenants = tenants;
        this.keys = keys;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping("/new")
    String form(@PathVariable String tenant, Model model) {
        return form(tenant, UUID.randomUUID().toString(), model);
    }

    private String form(String tenant, String once, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("once", once);
        model.addAttribute("periods", PeriodKind.values());
        if (!model.containsAttribute("form")) {
            model.addAttribute("form", Map.of());
            model.addAttribute("faults", Map.of());
        }
        return "console/key-new";
    }

    @PostMapping("/new")
    String issue(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String tenant,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        String once = once(form);
        return refused.orElse(
                model,
                response,
                () -> issued(request, tenant, once, () -> keys.issue(actor, tenant, forms.bind(form, NewKey.class))),
                () -> {
                    model.addAttribute("form", form);
                    return form(tenant, once, model);
                });
    }

    /** Whatever a browser sent before is a part of an address, and of the session. */
    private static String once(Map<String, String> form) {
        return Uuids.parse(form.getOrDefault("once", ""))
                .orElseGet(UUID::randomUUID)
                .toString();
    }

    /** A form that is sent again leads to the key that it issued the first time. */
    private String issued(HttpServletRequest request, String tenant, String once, Supplier<KeyView.Issued> issue) {
        unstored.issueOnce(request, once, tenant, issue);
        return "redirect:" + Paths.tenant(tenant) + "/keys/issued/" + once;
    }

    @GetMapping("/issued/{once}")
    String show(@PathVariable String tenant, @PathVariable String once, Model model, HttpServletRequest request) {
        UnstoredKey key = unstored.find(request, once)
                .filter(found -> found.team().equals(tenant))
                .orElseThrow(UnstoredKeys::gone);
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("unstored", key);
        model.addAttribute("secret", unstored.reveal(request, once).orElseThrow(UnstoredKeys::gone));
        return "console/key-issued";
    }

    @PostMapping("/issued/{once}/stored")
    String stored(@PathVariable String tenant, @PathVariable String once, HttpServletRequest request) {
        unstored.stored(request, once);
        return Paths.tenantAfter(tenant, "stored");
    }

    @GetMapping("/{id}/networks")
    String networks(@PathVariable String tenant, @PathVariable String id, Model model) {
        return networks(tenant, id, String.join(", ", key(tenant, id).allowedNetworks()), model);
    }

    private String networks(String tenant, String id, String text, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("key", key(tenant, id));
        model.addAttribute("networks", text);
        return "console/key-networks";
    }

    @PostMapping("/{id}/networks")
    String changeNetworks(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        UUID key = key(tenant, id).id();
        return refused.orElse(
                model,
                response,
                () -> {
                    keys.change(actor, tenant, key, forms.bind(form, KeyNetworks.class));
                    return Paths.tenantAfter(tenant, "networks");
                },
                () -> networks(tenant, id, form.getOrDefault("allowedNetworks", ""), model));
    }

    @GetMapping("/{id}/revoke")
    String askToRevoke(@PathVariable String tenant, @PathVariable String id, Model model) {
        KeyView key = key(tenant, id);
        return new Confirmation(
                        "Revoke the key " + key.name() + "?",
                        List.of(
                                "Requests with this key are refused at once, on every replica, and its console sessions"
                                        + " end.",
                                "Its open jobs run to their end, and their credits are settled.",
                                "This cannot be undone. To give its users time to switch to a new key, rotate it"
                                        + " instead."),
                        "Revoke",
                        Paths.tenant(tenant) + "/keys/" + key.id() + "/revoke",
                        Paths.tenant(tenant))
                .on(model);
    }

    @PostMapping("/{id}/revoke")
    String revoke(@AuthenticationPrincipal Actor actor, @PathVariable String tenant, @PathVariable String id) {
        keys.revoke(actor, tenant, key(tenant, id).id());
        return Paths.tenantAfter(tenant, "revoked");
    }

    @GetMapping("/{id}/rotate")
    String askToRotate(@PathVariable String tenant, @PathVariable String id, Model model) {
        return askToRotate(tenant, id, UUID.randomUUID().toString(), model);
    }

    private String askToRotate(String tenant, String id, String once, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("key", key(tenant, id));
        model.addAttribute("once", once);
        return "console/key-rotate";
    }

    @PostMapping("/{id}/rotate")
    String rotate(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        UUID key = key(tenant, id).id();
        String once = once(form);
        return refused.orElse(
                model,
                response,
                () -> issued(
                        request, tenant, once, () -> keys.rotate(actor, tenant, key, forms.bind(form, Rotation.class))),
                () -> askToRotate(tenant, id, once, model));
    }

    private KeyView key(String tenant, String id) {
        return keys.list(tenant).stream()
                .filter(key -> key.id().toString().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such key")));
    }
}
