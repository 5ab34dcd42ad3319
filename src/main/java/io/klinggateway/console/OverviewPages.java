package io.klinggateway.console;

import io.klinggateway.orphan.Orphans;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.reconciliation.OpenCount;
import io.klinggateway.reconciliation.SystemStatus;
import io.klinggateway.usage.SpendForecast;
import io.klinggateway.usage.SpendForecast.Outlook;
import io.klinggateway.usage.UsageReports;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** The whole at a glance, for operators. */
@Controller
@RequestMapping("/console/operator")
class OverviewPages {

    private static final int TENANTS_NAMED = 7;
    private static final int BUDGETS_SHOWN = 12;
    private static final int REFUSALS_SHOWN = 12;

    private final SpendForecast forecasts;
    private final SystemStatus status;
    private final Orphans orphans;
    private final QueueForecast queue;
    private final UsageReports reports;
    private final MeterRegistry meters;
    private final Clock clock;

    OverviewPages(
            SpendForecast forecasts,
            SystemStatus status,
            Orphans orphans,
            QueueForecast queue,
            UsageReports reports,
            MeterRegistry meters,
            Clock clock) {
        this.forecasts = forecasts;
        this.status = status;
        this.orphans = orphans;
        this.queue = queue;
        this.reports = reports;
        this.meters = meters;
        this.clock = clock;
    }

    /** A budget that is among the nearest to their end. */
    record Pressed(Outlook outlook, BudgetBar bar) {}

    record RefusalCount(String tenant, String code, long count) {}

    @GetMapping
    String overview(Model model) {
        Instant now = clock.instant();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        List<Outlook> outlooks = forecasts.outlooks(now);
        model.addAttribute("days", DayTable.of(forecasts.byTenant(DayTable.first(today), TENANTS_NAMED), today));
        model.addAttribute("today", today);
        model.addAttribute("tenants", outlooks.size());
        model.addAttribute("pressed", pressed(outlooks));
        model.addAttribute("queue", queue.overview());
        model.addAttribute("open", status.open());
        model.addAttribute(
                "holds",
                status.open().stream().mapToLong(OpenCount::heldCredits).sum());
        model.addAttribute("vendor", status.vendorBalance().orElse(null));
        model.addAttribute("orphans", orphans.unresolved());
        model.addAttribute("missing", status.vendorDrift().orElse(0L));
        model.addAttribute("drift", status.drift().orElse(null));
        model.addAttribute("refusals", refusals());
        return "console/overview";
    }

    private static List<Pressed> pressed(List<Outlook> outlooks) {
        return outlooks.stream()
                .sorted(Comparator.comparing(
                                (Outlook outlook) -> outlook.forecast().runsOutAt(),
                                Comparator.nullsLast(Comparator.<Instant>naturalOrder()))
                        .thenComparing(
                                Comparator.comparingDouble(OverviewPages::used).reversed())
                        .thenComparing(Outlook::tenant))
                .limit(BUDGETS_SHOWN)
                .map(outlook -> new Pressed(outlook, BudgetBar.of(outlook.tightest(), outlook.firstThreshold())))
                .toList();
    }

    private static double used(Outlook outlook) {
        return BudgetBar.of(outlook.tightest(), null).used();
    }

    private List<RefusalCount> refusals() {
        return meters.find("kling.gateway.error.responses").counters().stream()
                .map(OverviewPages::refusal)
                .filter(refusal -> refusal.count() > 0)
                .sorted(Comparator.comparingLong(RefusalCount::count)
                        .reversed()
                        .thenComparing(RefusalCount::tenant)
                        .thenComparing(RefusalCount::code))
                .limit(REFUSALS_SHOWN)
                .toList();
    }

    private static RefusalCount refusal(Counter counter) {
        return new RefusalCount(
                Objects.requireNonNullElse(counter.getId().getTag("tenant"), ""),
                Objects.requireNonNullElse(counter.getId().getTag("code"), ""),
                (long) counter.count());
    }

    @GetMapping("/usage.csv")
    ResponseEntity<?> usage() {
        String from = DayTable.first(LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC))
                .toString();
        return reports.forOperators(new UsageReports.Request(from, null, "tenant,key,day,model", "csv", null), null);
    }
}
