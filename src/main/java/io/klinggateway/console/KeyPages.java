package io.klinggateway.console;

import io.klinggateway.admin.KeyOperations;
import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.admin.KeyView;
import io.klinggateway.admin.Operator;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Tenants' keys, for operators. A new key is on the answer to its form and nowhere else, not even in the session. */
@Controller
@RequestMapping("/console/operator/tenants/{tenant}/keys")
class KeyPages {

    private static final String SHOW_ONCE = "console/key-issued";

    private final TenantOperations tenants;
    private final KeyOperations keys;
    private final Forms forms;
    private final Refused refused;

    KeyPages(TenantOperations tenants, KeyOperations keys, Forms forms, Refused refused) {
        this.tenants = tenants;
        this.keys = keys;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping("/new")
    String form(@PathVariable String tenant, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("periods", PeriodKind.values());
        if (!model.containsAttribute("form")) {
            model.addAttribute("form", Map.of());
            model.addAttribute("faults", Map.of());
        }
        return "console/key-new";
    }

    @PostMapping("/new")
    String issue(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String tenant,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> showOnce(tenant, keys.issue(operator, tenant, forms.bind(form, NewKey.class)), model),
                () -> {
                    model.addAttribute("form", form);
                    return form(tenant, model);
                });
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
    String revoke(@AuthenticationPrincipal Operator operator, @PathVariable String tenant, @PathVariable String id) {
        keys.revoke(operator, tenant, key(tenant, id).id());
        return Paths.tenantAfter(tenant, "revoked");
    }

    @GetMapping("/{id}/rotate")
    String askToRotate(@PathVariable String tenant, @PathVariable String id, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("key", key(tenant, id));
        return "console/key-rotate";
    }

    @PostMapping("/{id}/rotate")
    String rotate(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        UUID key = key(tenant, id).id();
        return refused.orElse(
                model,
                response,
                () -> showOnce(tenant, keys.rotate(operator, tenant, key, forms.bind(form, Rotation.class)), model),
                () -> askToRotate(tenant, id, model));
    }

    private String showOnce(String tenant, KeyView.Issued issued, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        model.addAttribute("issued", issued);
        return SHOW_ONCE;
    }

    private KeyView key(String tenant, String id) {
        return keys.list(tenant).stream()
                .filter(key -> key.id().toString().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such key")));
    }
}
