package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.KeyOperations;
import io.klinggateway.admin.KeyTerms.KeyBudget;
import io.klinggateway.admin.KeyView;
import io.klinggateway.admin.KeyView.KeyStatus;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What a single key may spend, for operators. Its form stands beside the list of its jobs, too. */
@Controller
@RequestMapping("/console/operator/tenants/{tenant}/keys/{id}/budget")
class KeyBudgetPages {

    private final TenantOperations tenants;
    private final KeyOperations keys;
    private final Forms forms;
    private final Refused refused;

    KeyBudgetPages(TenantOperations tenants, KeyOperations keys, Forms forms, Refused refused) {
        this.tenants = tenants;
        this.keys = keys;
        this.forms = forms;
        this.refused = refused;
    }

    /** The key that requests are made with now, of those that have or had the name. */
    static Optional<KeyView> current(List<KeyView> keys, String name) {
        return keys.stream()
                .filter(key -> key.name().equals(name) && key.status() == KeyStatus.ACTIVE && key.replacedBy() == null)
                .findFirst();
    }

    /** What the form needs. */
    static void addForm(String team, KeyView key, Model model) {
        model.addAttribute("limitedTeam", team);
        model.addAttribute("limitedKey", key);
        model.addAttribute(
                "keyBars",
                key.budget() == null
                        ? List.of()
                        : key.budget().windows().stream()
                                .map(window -> new BudgetBar(window, null))
                                .toList());
        model.addAttribute("periods", PeriodKind.values());
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
    }

    @GetMapping
    String form(@PathVariable String tenant, @PathVariable String id, Model model) {
        model.addAttribute("tenant", tenants.find(tenant));
        addForm(tenant, key(tenant, id), model);
        return "console/key-budget";
    }

    @PostMapping
    String change(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String tenant,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        KeyView key = key(tenant, id);
        return refused.orElse(
                model,
                response,
                () -> {
                    keys.change(actor, tenant, key.id(), forms.bind(WindowFields.withoutEmpty(form), KeyBudget.class));
                    return "redirect:"
                            + PageUrl.of(Paths.OPERATOR + "/find")
                                    .with("team", tenant)
                                    .with("key", key.name())
                                    .with("done", "key-budget");
                },
                () -> form(tenant, id, model));
    }

    private KeyView key(String tenant, String id) {
        return keys.list(tenant).stream()
                .filter(key -> key.id().toString().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such key")));
    }
}
