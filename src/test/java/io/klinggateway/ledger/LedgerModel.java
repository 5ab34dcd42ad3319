package io.klinggateway.ledger;

import io.klinggateway.ledger.LedgerDatabase.Row;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.HashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the ledger promises, in plain Java: one thread, no database, the calendar of java.time. */
final class LedgerModel {

    private final Map<UUID, Policy> policies = new HashMap<>();
    private final Map<PeriodKey, Account> accounts = new HashMap<>();
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

    void setBudget(UUID tenant, Policy policy) {
        policies.put(tenant, policy);
        accounts.forEach((key, account) -> {
            if (key.tenant().equals(tenant)
                    && key.kind() == policy.kind()
                    && !key.start().isBefore(start(policy))) {
                account.allowed = policy.limit();
                account.ceiling = Math.max(policy.limit(), account.used());
            }
        });
    }

    HoldAnswer hold(UUID generation, UUID tenant, long credits) {
        var policy = policy(tenant);
        var key = new PeriodKey(tenant, policy.kind(), start(policy));
        var account = accounts.getOrDefault(key, new Account(policy.limit()));
        if (account.used() + credits > account.allowed) {
            return new HoldAnswer(false, account.available(), end(policy));
        }
        account.held += credits;
        accounts.put(key, account);
        holds.put(generation, new Hold(key, credits));
        return new HoldAnswer(true, account.available(), end(policy));
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
        var account = Objects.requireNonNull(accounts.get(hold.key));
        var taken = Math.min(charged, hold.credits);
        account.held -= hold.credits;
        account.captured += taken;
        account.ceiling = Math.max(account.allowed, account.used());
        return taken;
    }

    BalanceAnswer balance(UUID tenant) {
        var policy = policy(tenant);
        var account =
                accounts.getOrDefault(new PeriodKey(tenant, policy.kind(), start(policy)), new Account(policy.limit()));
        return new BalanceAnswer(
                tenant,
                policy.kind(),
                start(policy),
                end(policy),
                account.ceiling,
                account.held,
                account.captured,
                account.available());
    }

    Set<Row> rows(UUID tenant) {
        return accounts.entrySet().stream()
                .filter(entry -> entry.getKey().tenant().equals(tenant))
                .map(LedgerModel::row)
                .collect(Collectors.toSet());
    }

    private static Row row(Entry<PeriodKey, Account> entry) {
        var account = entry.getValue();
        return new Row(
                entry.getKey().kind(),
                entry.getKey().start(),
                account.allowed,
                account.ceiling,
                account.held,
                account.captured);
    }

    private Policy policy(UUID tenant) {
        return Objects.requireNonNull(policies.get(tenant));
    }

    private LocalDate start(Policy policy) {
        var today = now.atZone(policy.zone()).toLocalDate();
        return switch (policy.kind()) {
            case DAY -> today;
            case WEEK -> today.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> today.withDayOfMonth(1);
            case TOTAL -> LocalDate.EPOCH;
        };
    }

    private @Nullable Instant end(Policy policy) {
        var start = start(policy);
        var next = switch (policy.kind()) {
            case DAY -> start.plusDays(1);
            case WEEK -> start.plusWeeks(1);
            case MONTH -> start.plusMonths(1);
            case TOTAL -> null;
        };
        return next == null ? null : next.atStartOfDay(policy.zone()).toInstant();
    }

    record Policy(PeriodKind kind, long limit, ZoneId zone) {}

    record HoldAnswer(
            boolean accepted, long available, @Nullable Instant resetsAt) {}

    record BalanceAnswer(
            UUID tenant,
            PeriodKind kind,
            LocalDate start,
            @Nullable Instant resetsAt,
            long ceiling,
            long held,
            long captured,
            long available) {}

    private record PeriodKey(UUID tenant, PeriodKind kind, LocalDate start) {}

    private static final class Account {

        private long allowed;
        private long ceiling;
        private long held;
        private long captured;

        Account(long limit) {
            allowed = limit;
            ceiling = limit;
        }

        long used() {
            return held + captured;
        }

        long available() {
            return Math.max(0, allowed - used());
        }
    }

    private static final class Hold {

        private final PeriodKey key;
        private final long credits;
        private boolean resolved;

        Hold(PeriodKey key, long credits) {
            this.key = key;
            this.credits = credits;
        }
    }
}
