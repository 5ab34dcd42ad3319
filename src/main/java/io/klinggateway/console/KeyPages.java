package io.klinggateway.console;

import io.klinggateway.admin.Administration;
import io.klinggateway.admin.KeyView;
import io.klinggateway.admin.Operator;
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

    private static final String TENANTS = "/console/operator/tenants/";
    private static final String SHOW_ONCE = "console/key-issued";

    private final Administration administration;
    private final Refused refused;

    KeyPages(Administration administration, Refused refused) {
        this.administration = administration;
        this.refused = refused;
    }

    @GetMapping("/new")
    String form(@PathVariable String tenant, Model model) {
        model.addAttribute("tenant", administration.tenant(tenant));
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
        FormBody body = new FormBody()
                .text("name", form.get("name"))
                .text("expiresAt", expiry(form.getOrDefault("expiresAt", "")))
                .part("budget", new FormBody().number("limit", form.get("limit")));
        return refused.orElse(
                model,
                response,
                () -> showOnce(tenant, administration.issueKey(operator, tenant, body.toJson()), model),
                () -> {
                    model.addAttribute("form", form);
                    return form(tenant, model);
                });
    }

    /** A bare date ends with its last second, in UTC. */
    private static String expiry(String date) {
        return date.matches("\\d{4}-\\d{2}-\\d{2}") ? date + "T23:59:59Z" : date;
    }

    @GetMapping("/{id}/revoke")
    String askToRevoke(@PathVariable String tenant, @PathVariable String id, Model model) {
        KeyView key = key(tenant, id);
        return new Confirmation(
                        "Revoke the key " + key.name() + "?",
                        List.of(
                                "Requests with this key are refused at once, on every replica, and console sessions"
                                        + " that it opened end.",
                                "Jobs that it started go on to their end, and their credits are settled.",
                                "A revoked key does not come back. Issue a new one, or rotate it instead to give its"
                                        + " users time."),
                        "Revoke",
                        TENANTS + tenant + "/keys/" + key.id() + "/revoke",
                        TENANTS + tenant)
                .on(model);
    }

    @PostMapping("/{id}/revoke")
    String revoke(@AuthenticationPrincipal Operator operator, @PathVariable String tenant, @PathVariable String id) {
        administration.revokeKey(operator, tenant, key(tenant, id).id());
        return "redirect:" + TENANTS + Paths.segment(tenant) + "?done=revoked";
    }

    @GetMapping("/{id}/rotate")
    String askToRotate(@PathVariable String tenant, @PathVariable String id, Model model) {
        model.addAttribute("tenant", administration.tenant(tenant));
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
        FormBody body = new FormBody().number("graceSeconds", form.get("graceSeconds"));
        return refused.orElse(
                model,
                response,
                () -> showOnce(tenant, administration.rotateKey(operator, tenant, key, body.toJson()), model),
                () -> askToRotate(tenant, id, model));
    }

    private String showOnce(String tenant, KeyView.Issued issued, Model model) {
        model.addAttribute("tenant", administration.tenant(tenant));
        model.addAttribute("issued", issued);
        return SHOW_ONCE;
    }

    private KeyView key(String tenant, String id) {
        return administration.keys(tenant).stream()
                .filter(key -> key.id().toString().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such key")));
    }
}
