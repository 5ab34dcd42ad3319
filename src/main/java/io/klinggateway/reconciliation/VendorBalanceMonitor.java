package io.klinggateway.reconciliation;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorAccount;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Types;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Shows what is left on the vendor's account, and whether more is missing from it than the books know to be spent. One replica
 * asks the vendor, minutes apart; all publish its answer.
 */
@Component
class VendorBalanceMonitor {

    private static final String CLAIM = """
            insert into upstream_account as account (upstream, due_at)
            values (:upstream, gateway_now() + interval '2 minutes')
            on conflict (upstream) do update set due_at = excluded.due_at where account.due_at <= gateway_now()
            """;

    private static final String RECORD = "select vendor_balance_read(:upstream, :balance, :floor)";

    private static final String ACCEPT_DRIFT = """
            update upstream_account set books_low = null, books_high = null, drift_credits = 0 where upstream = :upstream
            """;

    private static final String READ = """
            select balance_credits, drift_credits, extract(epoch from gateway_now() - read_at) as age_seconds
              from upstream_account where upstream = :upstream and read_at is not null
            """;

    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(10);

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final @Nullable Long floor;
    private final boolean sharedBalance;
    private volatile Reading reading = Reading.NOT_YET;

    VendorBalanceMonitor(
            JdbcClient jdbc,
            Apiframe apiframe,
            VendorRateLimiter rate,
            ReconciliationSettings settings,
            MeterRegistry registry) {
        this.rate = rate;
        this.floor = settings.vendorBalanceFloor();
        this.sharedBalance = settings.sharedBalance();
        this.jdbc = jdbc;
        this.apiframe = apiframe;
        Gauge.builder("kling.gateway.upstream.balance", () -> reading.credits())
                .description("Left on the vendor's account, as it said last; the same on every replica")
                .baseUnit("credits")
                .register(registry);
        Gauge.builder("kling.gateway.upstream.balance.age", () -> reading.ageSeconds())
                .description("How long ago the vendor was asked for its account's balance")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("kling.gateway.upstream.drift", () -> reading.drift())
                .description("Missing from the vendor's account and unknown to the books; the same on every replica")
                .baseUnit("credits")
                .register(registry);
    }

    private record Reading(double credits, double drift, double ageSeconds) {

        private static final Reading NOT_YET = new Reading(Double.NaN, Double.NaN, Double.NaN);
    }

    /** Empty until a replica has asked the vendor, or if others spend from the account, too. */
    Optional<Long> drift() {
        double known = reading.drift();
        return Double.isNaN(known) ? Optional.empty() : Optional.of((long) known);
    }

    /** From the next reading on the account is right as it stands. */
    void acceptDrift() {
        jdbc.sql(ACCEPT_DRIFT).param("upstream", apiframe.upstream()).update();
    }

    /** Empty until a replica has asked the vendor. */
    Optional<VendorBalanceReading> known() {
        Reading known = reading;
        return known.equals(Reading.NOT_YET)
                ? Optional.empty()
                : Optional.of(new VendorBalanceReading(
                        (long) known.credits(), Duration.ofSeconds((long) known.ageSeconds())));
    }

    boolean pass() {
        if (claim()) {
            readAccount();
        }
        reading = jdbc.sql(READ)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> new Reading(
                        row.getDouble("balance_credits"),
                        sharedBalance ? Double.NaN : row.getDouble("drift_credits"),
                        row.getDouble("age_seconds")))
                .optional()
                .orElse(Reading.NOT_YET);
        return false;
    }

    private void readAccount() {
        if (rate.take(Purpose.OTHER, PATIENCE_FOR_CALL)) {
            apiframe.account().ifPresent(this::record);
        }
    }

    private boolean claim() {
        return jdbc.sql(CLAIM).param("upstream", apiframe.upstream()).update() == 1;
    }

    private void record(VendorAccount account) {
        jdbc.sql(RECORD)
                .param("upstream", apiframe.upstream())
                .param("balance", account.balance().amount())
                .param("floor", floor, Types.BIGINT)
                .query((_, _) -> true)
                .list();
    }
}
