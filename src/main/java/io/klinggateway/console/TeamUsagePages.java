package io.klinggateway.console;

import io.klinggateway.ledger.Ledger;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.usage.UsageReports;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** What a tenant's page of spend shows, to take away. */
@Controller
@RequestMapping("/console/team")
class TeamUsagePages {

    private final Ledger ledger;
    private final UsageReports reports;
    private final Clock clock;

    TeamUsagePages(Ledger ledger, UsageReports reports, Clock clock) {
        this.ledger = ledger;
        this.reports = reports;
        this.clock = clock;
    }

    @GetMapping("/usage.csv")
    ResponseEntity<?> usage(@AuthenticationPrincipal Caller caller) {
        Tenant tenant = caller.tenant();
        ZoneId zone = ledger.account(tenant.id(), null).timeZone();
        String from = DayTable.first(LocalDate.now(clock.withZone(zone))).toString();
        return reports.forTeam(
                new UsageReports.Request(from, null, "day,key,model", "csv", null),
                new UsageReports.ReportedTeam(tenant.id(), tenant.name(), zone));
    }
}
