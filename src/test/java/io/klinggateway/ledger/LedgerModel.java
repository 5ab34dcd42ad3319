package io.klinggateway.ledger;

import io.klinggateway.ledger.AvailableCredits.LimitedBy;
import io.klinggateway.ledger.LedgerDatabase.Row;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the ledger promises, in plain Java: one thread, no database, the calendar of java.time. */
final class LedgerModel {

    private final Map<UUID, ZoneId> zones = new HashMap<>();
    private final Map<Owner, List<Window>> budgets = new HashMap<>();
    private final Map<PeriodKey, Period> periods = new HashMap<>();
    private final Map<UUID, Hold> holds = new HashMap<>();
    private Instant now;

    LedgerModel(Instant now) {
        this.now = now;
    }

    void moveTo(Instant later) {
        now = later;
    }

    Instant now() {
        return now;
    }

    void setZone(UUID tenant, ZoneId zone) {
        zones.put(tenant, zone);
    }

    /** What is changed, and what another zone makes current again, is aligned with the limits that hold now. */
    void setWindows(Owner owner, List<Window> windows) {
        budgets.put(owner, windows);
        budgets.forEach((other, itsWindows) -> {
            if (other.tenant().equals(owner.tenant())) {
                itsWindows.forEach(window -> align(other, window));
            }
        });
    }

    private void align(Owner owner, Window window) {
        LocalDate start = start(owner.tenant(), window);
        periods.forEach((key, period) -> {
            Long allowed = plus(window.limit(), period.granted);
            if (key.owner().equals(owner)
                    && key.begins().equals(window.begins())
                    && !key.start().isBefore(start)
                    && !Objects.equals(period.allowed, allowed)) {
                period.allowed = allowed;
                period.emptySince = allowed != null && period.used() >= allowed ? period.emptySince : null;
            }
        });
    }

    HoldAnswer hold(UUID generation, Owner owner, long credits) {
        List<Current> windows = windows(owner);
        HoldAnswer before = limit(windows, credits);
        if (before.available() < credits) {
            return before;
        }
        windows.forEach(window -> window.take(credits, now));
        holds.put(generation, new Hold(windows.stream().map(Current::key).toList(), credits));
        windows.forEach(window -> periods.put(window.key(), window.period()));
        return new HoldAnswer(
                true,
                windows.stream()
                        .filter(window -> window.window().limit() != null)
                        .mapToLong(window -> window.period().available())
                        .min()
                        .orElseThrow(),
                before.limitedBy(),
                before.window(),
                before.resetsAt());
    }

    /** The window that refuses and resets last; or, if none does, the one with the least left. */
    private HoldAnswer limit(List<Current> windows, long credits) {
        List<Current> guards = windows.stream()
                .filter(window -> window.window().limit() != null)
                .toList();
        long available = guards.stream()
                .mapToLong(window -> window.period().available())
                .min()
                .orElseThrow();
        boolean refused = available < credits;
        Current limiting = guards.stream()
                .filter(window -> window.period().available() < (refused ? credits : available + 1))
                .min(Comparator.comparing(this::resetsAt, Comparator.nullsFirst(Comparator.<Instant>reverseOrder()))
                        .thenComparing(window -> window.key().owner().keyBudget() != null)
                        .thenComparing(window -> window.window().kind(), Comparator.reverseOrder())
                        .thenComparingInt(window -> window.window().firstDay()))
                .orElseThrow();
        PeriodKind longest = guards.stream()
                .filter(window -> window.key().owner().keyBudget() == null)
                .map(window -> window.window().kind())
                .max(Comparator.naturalOrder())
                .orElseThrow();
        LimitedBy limitedBy = limiting.key().owner().keyBudget() != null
                ? LimitedBy.KEY
                : limiting.window().kind() == longest ? LimitedBy.TENANT : LimitedBy.WINDOW;
        return new HoldAnswer(false, available, limitedBy, limiting.window().name(), resetsAt(limiting));
    }

    private @Nullable Instant resetsAt(Current window) {
        return end(window.key().owner().tenant(), window.window(), window.key().start());
    }

    /** @return what was captured; null if the hold was resolved before */
    @Nullable
    Long capture(UUID generation, long charged) {
        return resolve(generation, charged);
    }

    @Nullable
    Long release(UUID generation) {
        return resolve(generation, 0);
    }

    private @Nullable Long resolve(UUID generation, long charged) {
        var hold = Objects.requireNonNull(holds.get(generation));
        if (hold.resolved) {
            return null;
        }
        hold.resolved = true;
        var taken = Math.min(charged, hold.credits);
        for (PeriodKey key : hold.keys) {
            var period = Objects.requireNonNull(periods.get(key));
            period.held -= hold.credits;
            period.captured += taken;
        }
        return taken;
    }

    void grant(UUID tenant, long credits) {
        for (Current window : opened(tenant)) {
            var period = window.period();
            period.granted += credits;
            period.allowed = plus(period.allowed, credits);
            period.emptySince = null;
        }
    }

    boolean adjust(UUID tenant, long credits) {
        var lowest = opened(tenant).stream()
                .filter(window -> window.period().captured + credits >= 0)
                .toList();
        if (lowest.isEmpty()
                || lowest.stream()
                        .anyMatch(window -> window.window().limit() != null
                                && window.period().available() < credits)) {
            return false;
        }
        lowest.forEach(window -> window.period().captured += credits);
        return true;
    }

    private List<Current> opened(UUID tenant) {
        var windows = windows(new Owner(tenant, null));
        windows.forEach(window -> periods.put(window.key(), window.period()));
        return windows;
    }

    Set<BalanceAnswer> balances(UUID tenant) {
        return budgets.keySet().stream()
                .filter(owner -> owner.tenant().equals(tenant))
                .flatMap(owner -> windowsOf(owner).stream())
                .map(window -> new BalanceAnswer(
                        window.key().owner().keyBudget(),
                        window.window().name(),
                        window.key().start(),
                        resetsAt(window),
                        window.period().ceiling(),
                        window.period().held,
                        window.period().captured,
                        window.window().limit() == null ? null : window.period().available()))
                .collect(Collectors.toSet());
    }

    Set<Row> rows(UUID tenant) {
        return periods.entrySet().stream()
                .filter(entry -> entry.getKey().owner().tenant().equals(tenant))
                .map(entry -> row(entry.getKey(), entry.getValue()))
                .collect(Collectors.toSet());
    }

    private static Row row(PeriodKey key, Period period) {
        return new Row(
                key.owner().keyBudget(),
                key.begins(),
                key.start(),
                period.granted,
                period.allowed,
                period.ceiling(),
                period.held,
                period.captured,
                period.shadowRefused,
                period.emptySince);
    }

    /** The tenant's windows, and those of the key's own budget. */
    private List<Current> windows(Owner owner) {
        List<Current> windows = new ArrayList<>(windowsOf(new Owner(owner.tenant(), null)));
        if (owner.keyBudget() != null) {
            windows.addAll(windowsOf(owner));
        }
        return windows;
    }

    private List<Current> windowsOf(Owner owner) {
        return Objects.requireNonNull(budgets.get(owner)).stream()
                .map(window -> {
                    var key = new PeriodKey(owner, window.begins(), start(owner.tenant(), window));
                    return new Current(window, key, periods.getOrDefault(key, new Period(window.limit())));
                })
                .toList();
    }

    private LocalDate start(UUID tenant, Window window) {
        var today = now.atZone(zone(tenant)).toLocalDate();
        return switch (window.kind()) {
            case DAY -> today;
            case WEEK -> today.with(TemporalAdjusters.previousOrSame(DayOfWeek.of(window.firstDay())));
            case MONTH ->
                today.getDayOfMonth() >= window.firstDay()
                        ? today.withDayOfMonth(window.firstDay())
                        : today.minusMonths(1).withDayOfMonth(window.firstDay());
            case QUARTER -> today.with(today.getMonth().firstMonthOfQuarter()).withDayOfMonth(1);
            case TOTAL -> LocalDate.EPOCH;
        };
    }

    private @Nullable Instant end(UUID tenant, Window window, LocalDate start) {
        var next = switch (window.kind()) {
            case DAY -> start.plusDays(1);
            case WEEK -> start.plusWeeks(1);
            case MONTH -> start.plusMonths(1);
            case QUARTER -> start.plusMonths(3);
            case TOTAL -> null;
        };
        return next == null ? null : next.atStartOfDay(zone(tenant)).toInstant();
    }

    private ZoneId zone(UUID tenant) {
        return Objects.requireNonNull(zones.get(tenant));
    }

    private static @Nullable Long plus(@Nullable Long one, long other) {
        return one == null ? null : Long.valueOf(one + other);
    }

    /** @param keyBudget null for the tenant itself */
    record Owner(UUID tenant, @Nullable UUID keyBudget) {}

    record Window(
            PeriodKind kind,
            int firstDay,
            @Nullable Long limit,
            @Nullable Long shadowLimit) {

        String begins() {
            return kind + " " + firstDay;
        }

        String name() {
            var kinds = kind.name().toLowerCase(Locale.ROOT);
            return firstDay == 1
                    ? kinds
                    : kinds + "-"
                            + (kind == PeriodKind.WEEK
                                    ? DayOfWeek.of(firstDay).name().toLowerCase(Locale.ROOT)
                                    : firstDay);
        }
    }

    record HoldAnswer(
            boolean accepted,
            long available,
            LimitedBy limitedBy,
            String window,
            @Nullable Instant resetsAt) {}

    record BalanceAnswer(
            @Nullable UUID keyBudget,
            String window,
            LocalDate start,
            @Nullable Instant resetsAt,
            @Nullable Long ceiling,
            long held,
            long captured,
            @Nullable Long available) {}

    private record PeriodKey(Owner owner, String begins, LocalDate start) {}

    private record Current(Window window, PeriodKey key, Period period) {

        void take(long credits, Instant now) {
            period.held += credits;
            period.shadowRefused +=
                    window.shadowLimit() != null && period.used() > window.shadowLimit() + period.granted ? 1 : 0;
            period.emptySince = period.allowed != null && period.used() >= period.allowed ? now : null;
        }
    }

    private static final class Period {

        private long granted;
        private @Nullable Long allowed;
        private long held;
        private long captured;
        private long shadowRefused;
        private @Nullable Instant emptySince;

        Period(@Nullable Long limit) {
            allowed = limit;
        }

        long used() {
            return held + captured;
        }

        @Nullable
        Long ceiling() {
            return allowed == null ? null : Long.valueOf(Math.max(allowed, used()));
        }

        long available() {
            return Math.max(0, Objects.requireNonNull(allowed) - used());
        }
    }

    private static final class Hold {

        private final Set<PeriodKey> keys;
        private final long credits;
        private boolean resolved;

        Hold(List<PeriodKey> keys, long credits) {
            this.keys = new HashSet<>(keys);
            this.credits = credits;
        }
    }
}
