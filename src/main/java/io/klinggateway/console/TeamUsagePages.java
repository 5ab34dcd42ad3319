package io.klinggateway.console;

import io.klinggateway.ledger.Ledger;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.usage.UsageReports;
import io.klinggateway.usage.UsageReports.ReportedTeam;
import java.time.Clock;
import java.time.LocalDate;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A tenant's own usage, to look at and to take away. */
@Controller
@RequestMapping("/console/team")
class TeamUsagePages {

    private final Ledger ledger;
    private final UsageReports reports;
    private final UsagePage page;
    private final Clock clock;

    TeamUsagePages(Ledger ledger, UsageReports reports, UsagePage page, Clock clock) {
        this.ledger = ledger;
        this.reports = reports;
        this.page = page;
        this.clock = clock;
    }

    @GetMapping("/usage.csv")
    ResponseEntity<?> usage(@AuthenticationPrincipal Caller caller) {
        ReportedTeam team = team(caller);
        String from = DayTable.first(LocalDate.now(clock.withZone(team.zone()))).toString();
        return reports.forTeam(new UsageReports.Request(from, null, "day,key,model", "csv", null), team);
    }

    @GetMapping("/usage")
    String usage(@AuthenticationPrincipal Caller caller, UsagePage.UsageForm wanted, Model model) {
        return page.show(Paths.TEAM, team(caller), wanted, model);
    }

    @GetMapping("/usage/csv")
    ResponseEntity<?> csv(
            @AuthenticationPrincipal Caller caller,
            @RequestParam String groupBy,
            @RequestParam String from,
            @RequestParam String to) {
        return reports.forTeam(new UsageReports.Request(from, to, groupBy, "csv", null), team(caller));
    }

    private ReportedTeam team(Caller caller) {
        Tenant tenant = caller.tenant();
        return new ReportedTeam(
                tenant.id(),
                tenant.name(),
                ledger.budgetStatus(tenant.id(), null).timeZone());
    }
}
