package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.ErasureOperations.ErasureOrder;
import io.klinggateway.admin.ExportOperations;
import io.klinggateway.admin.TenantErasureOperations;
import io.klinggateway.admin.TenantOperations;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Takes along, or erases, what is kept about a team, for operators. */
@Controller
@RequestMapping("/console/operator/tenants/{name}")
class TenantDataPages {

    private final TenantOperations tenants;
    private final TenantErasureOperations erasures;
    private final ExportOperations export;
    private final Forms forms;
    private final Refused refused;

    TenantDataPages(
            TenantOperations tenants,
            TenantErasureOperations erasures,
            ExportOperations export,
            Forms forms,
            Refused refused) {
        this.tenants = tenants;
        this.erasures = erasures;
        this.export = export;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping("/export")
    void export(@AuthenticationPrincipal Actor actor, @PathVariable String name, HttpServletResponse response)
            throws IOException {
        export.send(actor, name, response);
    }

    @GetMapping("/erasure")
    String askToErase(@PathVariable String name, Model model) {
        return ask(name, "", model);
    }

    private String ask(String name, String reason, Model model) {
        String team = tenants.find(name).name();
        return new Confirmation(
                        "Erase all requests and images of " + team + "?",
                        List.of(
                                "The requests with their prompts, the gateway's copies of the images, the webhooks and the"
                                        + " addresses of uploads (once those have expired) are deleted, of all that was asked"
                                        + " for until now.",
                                "Webhooks that have not arrived yet are not sent any more. Prompts are not found any more.",
                                "Open jobs run to their end, and are erased then. What is asked for later stays.",
                                "Nobody can see the images here any more. The vendor may keep its own for up to a day.",
                                "The team's credits, its journal, its keys and its settings stay as they are.",
                                "This cannot be undone. It is recorded in the audit log under your name."),
                        "Erase",
                        Paths.tenant(team) + "/erasure",
                        Paths.tenant(team),
                        new Confirmation.Reason(reason, ""))
                .on(model);
    }

    @PostMapping("/erasure")
    String erase(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> {
                    erasures.erase(actor, name, forms.bind(form, ErasureOrder.class));
                    return Paths.tenantAfter(name, "erasure");
                },
                () -> ask(name, form.getOrDefault("reason", ""), model));
    }
}
