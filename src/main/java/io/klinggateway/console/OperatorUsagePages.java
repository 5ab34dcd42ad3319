package io.klinggateway.console;

import io.klinggateway.ledger.Ledger;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.usage.UsageReports;
import io.klinggateway.usage.UsageReports.ReportedTeam;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Usage of all teams, or of one, for operators. */
@Controller
@RequestMapping("/console/operator/usage")
class OperatorUsagePages {

    private final UsagePage page;
    private final UsageReports reports;
    private final Tenants tenants;
    private final Ledger ledger;

    OperatorUsagePages(UsagePage page, UsageReports reports, Tenants tenants, Ledger ledger) {
        this.page = page;
        this.reports = reports;
        this.tenants = tenants;
        this.ledger = ledger;
    }

    @GetMapping
    String usage(@RequestParam(defaultValue = "") String team, UsagePage.UsageForm wanted, Model model) {
        return page.show(Paths.OPERATOR, find(team), wanted, model);
    }

    @GetMapping("/csv")
    ResponseEntity<?> csv(
            @RequestParam(defaultValue = "") String team,
            @RequestParam String groupBy,
            @RequestParam String from,
            @RequestParam String to) {
        return reports.forOperators(new UsageReports.Request(from, to, groupBy, "csv", null), find(team));
    }

    private @Nullable ReportedTeam find(String team) {
        if (team.isBlank()) {
            return null;
        }
        Tenant found = TeamName.parse(team)
                .flatMap(tenants::find)
                .orElseThrow(
                        () -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no team of that name")))
                .tenant();
        return new ReportedTeam(
                found.id(), found.name(), ledger.budgetStatus(found.id(), null).timeZone());
    }
}
