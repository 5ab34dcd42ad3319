package io.klinggateway.console;

import io.klinggateway.admin.CreditOperations;
import io.klinggateway.admin.CreditTerms.NewAdjustment;
import io.klinggateway.admin.CreditTerms.NewGrant;
import io.klinggateway.admin.Operator;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.admin.TenantTerms.BudgetTerms;
import io.klinggateway.admin.TenantTerms.CostCentreTerms;
import io.klinggateway.admin.TenantTerms.LimitTerms;
import io.klinggateway.admin.TenantView;
import io.klinggateway.tenant.TenantStatus;
import jakarta.servlet.http.HttpServletResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The forms that change a tenant. */
@Controller
@RequestMapping("/console/operator/tenants/{name}")
class TenantChanges {

    private static final Pattern WINDOW_FIELD = Pattern.compile("(windows\\[\\d+])\\..*");

    private final TenantOperations tenants;
    private final CreditOperations credits;
    private final TenantPage page;
    private final Forms forms;
    private final Refused refused;

    TenantChanges(TenantOperations tenants, CreditOperations credits, TenantPage page, Forms forms, Refused refused) {
        this.tenants = tenants;
        this.credits = credits;
        this.page = page;
        this.forms = forms;
        this.refused = refused;
    }

    @PostMapping("/budget")
    String budget(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(model, response, name, "budget", Map.of(), () -> {
            TenantView changed =
                    tenants.change(operator, name, forms.bind(withoutEmptyWindows(form), BudgetTerms.class));
            return changed.notice() == null ? "budget" : "period";
        });
    }

    /** A window whose limits are both left empty is taken away. */
    private static Map<String, String> withoutEmptyWindows(Map<String, String> form) {
        Map<String, String> kept = new LinkedHashMap<>(form);
        form.keySet().stream()
                .map(WINDOW_FIELD::matcher)
                .filter(Matcher::matches)
                .map(field -> field.group(1))
                .distinct()
                .filter(window -> form.getOrDefault(window + ".limit", "").isBlank()
                        && form.getOrDefault(window + ".shadowLimit", "").isBlank())
                .forEach(empty -> kept.keySet().removeIf(field -> field.startsWith(empty + ".")));
        return kept;
    }

    @PostMapping("/limits")
    String limits(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(model, response, name, "limits", Map.of(), () -> {
            tenants.change(operator, name, forms.bind(form, LimitTerms.class));
            return "limits";
        });
    }

    @PostMapping("/cost-centre")
    String costCentre(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(model, response, name, "cost-centre", Map.of(), () -> {
            tenants.change(operator, name, forms.bind(form, CostCentreTerms.class));
            return "cost-centre";
        });
    }

    @PostMapping("/credits")
    String credits(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        String once = form.getOrDefault("once", UUID.randomUUID().toString());
        boolean grant = "grant".equals(form.get("kind"));
        return change(model, response, name, "credits", form, () -> {
            boolean known = grant
                    ? credits.grant(operator, name, forms.bind(form, NewGrant.class), once)
                            .replayed()
                    : credits.adjust(operator, name, forms.bind(form, NewAdjustment.class), once)
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
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            Model model,
            HttpServletResponse response) {
        return status(operator, name, TenantStatus.SUSPENDED, "suspended", model, response);
    }

    @PostMapping("/activate")
    String activate(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            Model model,
            HttpServletResponse response) {
        return status(operator, name, TenantStatus.ACTIVE, "activated", model, response);
    }

    private String status(
            Operator operator,
            String name,
            TenantStatus status,
            String done,
            Model model,
            HttpServletResponse response) {
        return change(model, response, name, done, Map.of(), () -> {
            tenants.change(operator, name, status);
            return done;
        });
    }

    /**
     * @param form which of the page's forms it is
     * @param credits what the form about credits was sent with
     * @param change tells what the page says afterwards
     */
    private String change(
            Model model,
            HttpServletResponse response,
            String name,
            String form,
            Map<String, String> credits,
            Supplier<String> change) {
        return refused.orElse(model, response, () -> Paths.tenantAfter(name, change.get()), () -> {
            model.addAttribute("refusedForm", form);
            return page.show(name, credits, model);
        });
    }
}
