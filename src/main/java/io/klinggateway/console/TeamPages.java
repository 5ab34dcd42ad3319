package io.klinggateway.console;

import io.klinggateway.admin.CreditRequestOperations;
import io.klinggateway.generation.Labels;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.ledger.Account;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.usage.Spending;
import io.klinggateway.usage.UsageReports;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
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
    private final Spending spending;
    private final TenantJobs jobs;
    private final UsageReports reports;
    private final CreditRequestOperations requests;
    private final Clock clock;

    TeamPages(
            Ledger ledger,
            Keys keys,
            Spending spending,
            TenantJobs jobs,
            UsageReports reports,
            CreditRequestOperations requests,
            Clock clock) {
        this.requests = requests;
        this.ledger = ledger;
        this.keys = keys;
        this.spending = spending;
        this.jobs = jobs;
        this.reports = reports;
        this.clock = clock;
    }

    /** @param done what was done before */
    @GetMapping
    String home(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String done,
            Model model) {
        TenantId tenant = caller.tenant().id();
        Account account = ledger.account(tenant, keys.budget(caller));
        LocalDate today = LocalDate.now(clock.withZone(account.timeZone()));
        model.addAttribute("done", done);
        model.addAttribute(
                "requests", requests.ofTeam(tenant, null, REQUESTS_SHOWN).items());
        model.addAttribute("once", UUID.randomUUID().toString());
        model.addAttribute("form", Map.of());
        model.addAttribute("faults", Map.of());
        model.addAttribute("caller", caller);
        model.addAttribute("zone", account.timeZone().getId());
        model.addAttribute("left", account.spendable());
        model.addAttribute("bars", BudgetBar.of(account));
        model.addAttribute("days", DayTable.of(spending.byKey(tenant, DayTable.first(today)), today));
        model.addAttribute("queue", jobs.queue(tenant));
        model.addAttribute(
                "jobs",
                jobs.list(tenant, null, Labels.NONE, null, JOBS_SHOWN).items().stream()
                        .map(JobCard::of)
                        .toList());
        return "console/team-home";
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
