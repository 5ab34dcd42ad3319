package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.CreditOperations;
import io.klinggateway.admin.CreditTerms.NewAdjustment;
import io.klinggateway.admin.CreditTerms.NewGrant;
import io.klinggateway.admin.SelfServiceTerms;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.admin.TenantTerms.CostCentreTerms;
import io.klinggateway.admin.TenantTerms.LimitTerms;
import io.klinggateway.admin.TenantTerms.RetentionTerms;
import io.klinggateway.admin.TenantView;
import io.klinggateway.tenant.TenantStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The forms that change a tenant. */
@Controller
@RequestMapping("/console/operator/tenants/{name}")
class TenantChanges {

    private final TenantOperations tenants;
    private final CreditOperations credits;
    private final TenantForms page;
    private final Forms forms;

    TenantChanges(TenantOperations tenants, CreditOperations credits, TenantForms page, Forms forms) {
        this.tenants = tenants;
        this.credits = credits;
        this.page = page;
        this.forms = forms;
    }

    @PostMapping("/budget")
    String budget(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "budget", () -> {
            TenantView changed =
                    tenants.change(actor, name, forms.bind(WindowFields.withoutEmpty(form), BudgetTerms.class));
            return changed.notice() == null ? "budget" : "period";
        });
    }

    @PostMapping("/limits")
    String limits(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "limits", () -> {
            tenants.change(actor, name, forms.bind(form, LimitTerms.class));
            return "limits";
        });
    }

    @PostMapping("/cost-centre")
    String costCentre(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "cost-centre", () -> {
            tenants.change(actor, name, forms.bind(form, CostCentreTerms.class));
            return "cost-centre";
        });
    }

    @PostMapping("/retention")
    String retention(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "retention", () -> {
            tenants.change(actor, name, forms.bind(form, RetentionTerms.class));
            return "retention";
        });
    }

    @PostMapping("/default-webhook")
    String defaultWebhook(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam MultiValueMap<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "default-webhook", () -> {
            tenants.setDefaultWebhook(actor, name, DefaultWebhookForm.read(form, forms, model));
            return "default-webhook";
        });
    }

    @PostMapping("/self-service")
    String selfService(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "self-service", () -> {
            if (form.getOrDefault("mostKeys", "").isBlank()) {
                tenants.endSelfService(actor, name);
            } else {
                tenants.change(actor, name, forms.bind(form, SelfServiceTerms.class));
            }
            return "self-service";
        });
    }

    @PostMapping("/credits")
    String credits(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        String once = form.getOrDefault("once", UUID.randomUUID().toString());
        boolean grant = "grant".equals(form.get("kind"));
        return page.change(model, response, name, "credits", form, () -> {
            boolean known = grant
                    ? credits.grant(actor, name, forms.bind(form, NewGrant.class), once)
                            .replayed()
                    : credits.adjust(actor, name, forms.bind(form, NewAdjustment.class), once)
                            .replayed();
            return known ? "known" : grant ? "granted" : "adjusted";
        });
    }

    @GetMapping("/suspend")
    String askToSuspend(@PathVariable String name, Model model) {
        String team = tenants.find(name).name();
        return new Confirmation(
                        "Suspend " + team + "?",
                        List.of(
                                "All its keys are refused at once, on every replica, and its console sessions end.",
                                "Its open jobs run to their end, and their credits are settled.",
                                "Nothing is deleted. You can activate the team again."),
                        "Suspend",
                        Paths.tenant(team) + "/suspend",
                        Paths.tenant(team))
                .on(model);
    }

    @PostMapping("/suspend")
    String suspend(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            Model model,
            HttpServletResponse response) {
        return status(actor, name, TenantStatus.SUSPENDED, "suspended", model, response);
    }

    @PostMapping("/activate")
    String activate(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            Model model,
            HttpServletResponse response) {
        return status(actor, name, TenantStatus.ACTIVE, "activated", model, response);
    }

    private String status(
            Actor actor, String name, TenantStatus status, String done, Model model, HttpServletResponse response) {
        return page.change(model, response, name, done, () -> {
            tenants.change(actor, name, status);
            return done;
        });
    }
}
