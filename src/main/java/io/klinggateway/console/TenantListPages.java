package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.admin.TenantTerms.NewTenant;
import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.usage.SpendForecast;
import io.klinggateway.usage.SpendForecast.Forecast;
import io.klinggateway.usage.SpendForecast.Outlook;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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

    private static final String HERE = "/console/operator/tenants";
    private static final Pattern PAGE_NUMBER = Pattern.compile("[1-9][0-9]{0,4}");
    private static final int PAGE = 100;

    private static final Map<String, Comparator<Line>> COLUMNS = Map.of(
            "name", Comparator.comparing(Line::name),
            "-used", Comparator.comparingDouble(line -> line.bar().used()),
            "-spent", Comparator.comparingLong(line -> line.bar().captured()),
            "-held", Comparator.comparingLong(line -> line.bar().held()),
            "left", Comparator.comparingLong(line -> line.bar().available()),
            "-limit", Comparator.comparingLong(line -> line.bar().ceiling()),
            "lasts",
                    Comparator.comparing(
                            line -> line.bar().empty()
                                    ? Instant.MIN
                                    : line.forecast().runsOutAt(),
                            Comparator.nullsLast(Comparator.<Instant>naturalOrder())));

    private final TenantOperations tenants;
    private final SpendForecast forecasts;
    private final Forms forms;
    private final Refused refused;
    private final Clock clock;

    TenantListPages(TenantOperations tenants, SpendForecast forecasts, Forms forms, Refused refused, Clock clock) {
        this.tenants = tenants;
        this.forecasts = forecasts;
        this.forms = forms;
        this.refused = refused;
        this.clock = clock;
    }

    /** @param bar of the window that leaves least */
    record Line(String name, BudgetBar bar, Forecast forecast) {

        static Line of(Outlook outlook) {
            return new Line(
                    outlook.tenant(), BudgetBar.of(outlook.tightest(), outlook.firstThreshold()), outlook.forecast());
        }
    }

    /**
     * @param find what the names have in them, in any case; a whole name, or what only one has, opens that tenant
     * @param sort as {@link TableOrder} reads it
     * @param page from 1 on
     */
    @GetMapping("/tenants")
    String list(
            @RequestParam(defaultValue = "") String find,
            @RequestParam(required = false) @Nullable String sort,
            @RequestParam(defaultValue = "1") String page,
            Model model) {
        String part = find.strip().toLowerCase(Locale.ROOT);
        boolean opens = !part.isEmpty() && sort == null;
        if (opens && TeamName.parse(part).filter(this::isTeam).isPresent()) {
            return "redirect:" + Paths.tenant(part);
        }
        List<Line> found = forecasts.outlooks(clock.instant()).stream()
                .filter(outlook -> outlook.tenant().contains(part))
                .map(Line::of)
                .sorted(Comparator.comparing(Line::name))
                .toList();
        if (opens && found.size() == 1) {
            return "redirect:" + Paths.tenant(found.getFirst().name());
        }
        TableOrder<Line> order = TableOrder.of(PageUrl.of(HERE).with("find", part), sort, COLUMNS, "-used");
        int pages = Math.max(1, Math.ceilDiv(found.size(), PAGE));
        int shown = PAGE_NUMBER.matcher(page).matches() ? Math.min(Integer.parseInt(page), pages) : 1;
        List<Line> lines = order.sorted(found).stream()
                .skip((shown - 1L) * PAGE)
                .limit(PAGE)
                .toList();
        model.addAttribute("lines", lines);
        model.addAttribute(
                "views",
                tenants.list(lines.stream().map(Line::name).toList()).stream()
                        .collect(Collectors.toMap(TenantView::name, Function.identity())));
        model.addAttribute("order", order);
        model.addAttribute("find", part);
        model.addAttribute("all", found.size());
        model.addAttribute("previous", shown == 1 ? null : order.here().with("page", shown - 1));
        model.addAttribute("next", shown == pages ? null : order.here().with("page", shown + 1));
        return "console/tenants";
    }

    private boolean isTeam(String name) {
        return !tenants.list(List.of(name)).isEmpty();
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
            @AuthenticationPrincipal Actor actor,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> Paths.tenantAfter(
                        tenants.create(actor, forms.bind(form, NewTenant.class)).name(), "created"),
                () -> form(form, model));
    }
}
