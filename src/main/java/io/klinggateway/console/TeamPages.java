package io.klinggateway.console;

import io.klinggateway.admin.CreditRequestOperations;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.notice.Notices;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Keys;
import io.klinggateway.usage.SpendForecast;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A tenant's own spend. */
@Controller
@RequestMapping("/console/team")
class TeamPages {

    private static final int JOBS_SHOWN = 6;
    private static final int REQUESTS_SHOWN = 3;

    private final Ledger ledger;
    private final Keys keys;
    private final SpendForecast forecasts;
    private final JobCards cards;
    private final CreditRequestOperations requests;
    private final Notices notices;
    private final Clock clock;

    TeamPages(
            Ledger ledger,
            Keys keys,
            SpendForecast forecasts,
            JobCards cards,
            CreditRequestOperations requests,
            Notices notices,
            Clock clock) {
        this.ledger = ledger;
        this.keys = keys;
        this.forecasts = forecasts;
        this.cards = cards;
        this.requests = requests;
        this.notices = notices;
        this.clock = clock;
    }

    /** @param done what was done before */
    @GetMapping
    String home(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String done,
            Model model) {
        TenantId tenant = caller.tenant().id();
        BudgetStatus budgetStatus = ledger.budgetStatus(tenant, keys.budget(caller));
        LocalDate today = LocalDate.now(clock.withZone(budgetStatus.timeZone()));
        model.addAttribute("done", done);
        model.addAttribute(
                "requests", requests.ofTeam(tenant, null, REQUESTS_SHOWN).items());
        model.addAttribute("once", UUID.randomUUID().toString());
        model.addAttribute("form", Map.of());
        model.addAttribute("faults", Map.of());
        model.addAttribute("caller", caller);
        model.addAttribute("zone", budgetStatus.timeZone().getId());
        model.addAttribute("left", budgetStatus.spendable());
        Integer firstThreshold = notices.firstThresholds(List.of(tenant)).get(tenant);
        model.addAttribute("bars", BudgetBar.of(budgetStatus, firstThreshold));
        model.addAttribute("limiting", BudgetBar.of(budgetStatus.limiting(), firstThreshold));
        model.addAttribute("forecast", forecasts.forecast(tenant, budgetStatus, clock.instant()));
        model.addAttribute("today", today);
        model.addAttribute("days", DayTable.of(forecasts.byKey(tenant, DayTable.first(today)), today));
        cards.showNewest(tenant, JOBS_SHOWN, model);
        return "console/team-home";
    }
}
