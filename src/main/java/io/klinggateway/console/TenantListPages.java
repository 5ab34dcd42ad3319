package io.klinggateway.console;

import io.klinggateway.admin.Operator;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.admin.TenantTerms.NewTenant;
import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.notice.Notices;
import io.klinggateway.support.Page;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** All tenants, and new ones, for operators. */
@Controller
@RequestMapping("/console/operator")
class TenantListPages {

    private static final Pattern NAME_PART = Pattern.compile("[a-z0-9-]*");
    private static final int PAGE = 50;

    private final TenantOperations tenants;
    private final Notices notices;
    private final Forms forms;
    private final Refused refused;

    TenantListPages(TenantOperations tenants, Notices notices, Forms forms, Refused refused) {
        this.tenants = tenants;
        this.notices = notices;
        this.forms = forms;
        this.refused = refused;
    }

    record Line(TenantView tenant, List<BudgetBar> bars) {}

    /**
     * @param find what the names have in them; a whole name, or what only one has, opens that tenant
     * @param after the name below which the page begins
     */
    @GetMapping("/tenants")
    String list(
            @RequestParam(defaultValue = "") String find, @RequestParam(defaultValue = "") String after, Model model) {
        String part = find.strip();
        List<TenantView> found =
                NAME_PART.matcher(part).matches() && NAME_PART.matcher(after).matches()
                        ? tenants.list(after, part, PAGE + 1)
                        : List.of();
        if (!part.isEmpty() && after.isEmpty()) {
            List<TenantView> meant = found.size() == 1
                    ? found
                    : found.stream()
                            .filter(tenant -> tenant.name().equals(part))
                            .toList();
            if (!meant.isEmpty()) {
                return "redirect:" + Paths.tenant(meant.getFirst().name());
            }
        }
        Page<TenantView> page = Page.of(found, PAGE, TenantView::name);
        model.addAttribute("tenants", lines(page.items()));
        model.addAttribute("find", part);
        model.addAttribute("first", after.isEmpty());
        model.addAttribute("next", page.nextCursor());
        return "console/tenants";
    }

    private List<Line> lines(List<TenantView> shown) {
        Map<TenantId, Integer> thresholds = notices.firstThresholds(
                shown.stream().map(tenant -> new TenantId(tenant.id())).toList());
        return shown.stream()
                .map(tenant -> new Line(tenant, BudgetBar.of(tenant, thresholds.get(new TenantId(tenant.id())))))
                .toList();
    }

    @GetMapping("/new-tenant")
    String form(Model model) {
        model.addAttribute("faults", Map.of());
        return form(Map.of("budget.period", "MONTH", "budget.timeZone", "UTC", "limits.weight", "1"), model);
    }

    private static String form(Map<String, String> form, Model model) {
        model.addAttribute("periods", PeriodKind.values());
        model.addAttribute("form", form);
        return "console/tenant-new";
    }

    @PostMapping("/new-tenant")
    String create(
            @AuthenticationPrincipal Operator operator,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> Paths.tenantAfter(
                        tenants.create(operator, forms.bind(form, NewTenant.class))
                                .name(),
                        "created"),
                () -> form(form, model));
    }
}
