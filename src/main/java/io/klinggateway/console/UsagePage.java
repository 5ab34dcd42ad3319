package io.klinggateway.console;

import io.klinggateway.usage.SpendBreakdown;
import io.klinggateway.usage.SpendBreakdown.Asked;
import io.klinggateway.usage.SpendBreakdown.Breakdown;
import io.klinggateway.usage.SpendBreakdown.SpentLine;
import io.klinggateway.usage.UsageReports.ReportedTeam;
import java.time.Clock;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** Who spent how much and on what: one page, for operators of all teams or of one, and for each team of itself. */
@Component
class UsagePage {

    private static final int LINES = 200;
    private static final String LABEL = "label";
    private static final ZoneId ACROSS_TEAMS = ZoneId.of("UTC");

    private static final Map<String, Comparator<SpentLine>> COLUMNS = Map.of(
            "name", Comparator.comparing(SpentLine::name),
            "-credits", Comparator.comparingLong(SpentLine::credits),
            "-change", Comparator.comparingLong(line -> line.credits() - line.creditsBefore()),
            "-images", Comparator.comparingLong(SpentLine::images),
            "-failures", Comparator.comparingLong(SpentLine::failures));

    private final SpendBreakdown breakdowns;
    private final Clock clock;

    UsagePage(SpendBreakdown breakdowns, Clock clock) {
        this.breakdowns = breakdowns;
        this.clock = clock;
    }

    /**
     * As the address has it; null for what it leaves out.
     *
     * @param by {@code tenant}, {@code key}, {@code model} or {@code label}
     * @param label the label's name
     * @param sort in which order the lines of the table stand
     */
    record UsageForm(
            @Nullable String by,
            @Nullable String label,
            @Nullable String month,
            @Nullable String from,
            @Nullable String to,
            @Nullable String sort) {}

    /** What a page shows: what is wrong with its address is said, and something else shown in its place. */
    private record Shown(
            UsageRange range,
            Breakdown breakdown,
            String by,
            @Nullable String fault) {}

    /**
     * @param side where the pages of whoever looks begin
     * @param team null for all teams
     */
    String show(String side, @Nullable ReportedTeam team, UsageForm wanted, Model model) {
        LocalDate today = today(team);
        Shown shown = shown(team, wanted, today);
        Breakdown breakdown = shown.breakdown();
        PageUrl here = addAddresses(side, side.equals(Paths.OPERATOR) ? team : null, shown, wanted, model);
        TableOrder<SpentLine> order = TableOrder.of(here, wanted.sort(), COLUMNS, "-credits");
        model.addAttribute("scope", team == null ? null : team.name());
        model.addAttribute("zone", zone(team).getId());
        model.addAttribute("today", today);
        model.addAttribute("range", shown.range());
        model.addAttribute("next", shown.range().next(today));
        model.addAttribute("thisMonth", YearMonth.from(today));
        model.addAttribute("by", shown.by());
        model.addAttribute("label", Objects.requireNonNullElse(wanted.label(), ""));
        model.addAttribute("fault", shown.fault());
        model.addAttribute("breakdown", breakdown);
        model.addAttribute("order", order);
        model.addAttribute(
                "lines", order.sorted(breakdown.lines()).stream().limit(LINES).toList());
        model.addAttribute("days", DayTable.of(breakdown.byDay(), shown.range().dates()));
        return "console/usage";
    }

    /** Of the page itself, of its file, and of the jobs that it is about. */
    private static PageUrl addAddresses(
            String side, @Nullable ReportedTeam team, Shown shown, UsageForm wanted, Model model) {
        UsageRange range = shown.range();
        String name = team == null ? null : team.name();
        PageUrl page = PageUrl.of(side + "/usage")
                .with("team", name)
                .with("by", wanted.by())
                .with("label", wanted.label());
        PageUrl here = range.month() == null
                ? page.with("from", range.days().from()).with("to", range.days().to())
                : page.with("month", range.month());
        model.addAttribute("page", here);
        model.addAttribute(
                "csv",
                PageUrl.of(side + "/usage/csv")
                        .with("team", name)
                        .with("groupBy", shown.breakdown().groupBy())
                        .with("from", range.days().from())
                        .with("to", range.days().to()));
        model.addAttribute(
                "found",
                PageUrl.of(side + "/find")
                        .with("team", name)
                        .with("from", range.days().from())
                        .with("to", range.days().to()));
        return here;
    }

    private static ZoneId zone(@Nullable ReportedTeam team) {
        return team == null ? ACROSS_TEAMS : team.zone();
    }

    private LocalDate today(@Nullable ReportedTeam team) {
        return LocalDate.ofInstant(clock.instant(), zone(team));
    }

    private Shown shown(@Nullable ReportedTeam team, UsageForm wanted, LocalDate today) {
        Optional<UsageRange> asked = UsageRange.parse(wanted.month(), wanted.from(), wanted.to(), today);
        UsageRange range = asked.orElseGet(() -> UsageRange.of(YearMonth.from(today), today));
        String otherwise = team == null ? "tenant" : "key";
        String by = Objects.requireNonNullElse(wanted.by(), otherwise);
        Optional<Breakdown> found = breakdown(team, by, wanted.label(), range);
        String fault = asked.isEmpty()
                ? UsageRange.RULE
                : found.isEmpty() && by.equals(LABEL) ? "Give the label's name, such as project" : null;
        return found.map(breakdown -> new Shown(range, breakdown, by, fault))
                .orElseGet(() -> new Shown(
                        range,
                        breakdown(team, otherwise, null, range).orElseThrow(),
                        by.equals(LABEL) ? LABEL : otherwise,
                        fault));
    }

    private Optional<Breakdown> breakdown(
            @Nullable ReportedTeam team, String by, @Nullable String label, UsageRange range) {
        String whole = by.equals(LABEL)
                ? LABEL + ":" + Objects.requireNonNullElse(label, "").strip()
                : by;
        return breakdowns.of(new Asked(team, zone(team), whole, range.days(), range.before()));
    }
}
