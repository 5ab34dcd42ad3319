package io.klinggateway.oversight;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.VendorAccount;
import io.klinggateway.queue.AccountRate;
import io.klinggateway.queue.AccountRate.Purpose;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Types;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Shows what is left on the vendor's account. One replica asks the vendor, minutes apart; all publish its answer. */
@Component
class VendorBalance {

    private static final String CLAIM = """
            insert into upstream_account as account (upstream, due_at)
            values (:upstream, gateway_now() + interval '2 minutes')
            on conflict (upstream) do update set due_at = excluded.due_at where account.due_at <= gateway_now()
            """;

    private static final String RECORD = """
            update upstream_account
               set balance_credits = :balance, floor_credits = :floor, read_at = gateway_now()
             where upstream = :upstream
            """;

    private static final String READ = """
            select balance_credits, extract(epoch from gateway_now() - read_at) as age_seconds
              from upstream_account where upstream = :upstream and read_at is not null
            """;

    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(10);

    private final JdbcClient jdbc;
    private final Apiframe apiframe;
    private final AccountRate rate;
    private final @Nullable Long floor;
    private volatile Reading reading = Reading.NOT_YET;

    VendorBalance(
            JdbcClient jdbc, Apiframe apiframe, AccountRate rate, OversightSettings settings, MeterRegistry registry) {
        this.rate = rate;
        this.floor = settings.vendorBalanceFloor();
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
    }

    private record Reading(double credits, double ageSeconds) {

        private static final Reading NOT_YET = new Reading(Double.NaN, Double.NaN);
    }

    /** Empty until a replica has asked the vendor. */
    Optional<VendorCredits> known() {
        Reading known = reading;
        return known.equals(Reading.NOT_YET)
                ? Optional.empty()
                : Optional.of(new VendorCredits((long) known.credits(), Duration.ofSeconds((long) known.ageSeconds())));
    }

    boolean pass() {
        if (claim()) {
            readAccount();
        }
        reading = jdbc.sql(READ)
                .param("upstream", apiframe.upstream())
                .query((row, _) -> new Reading(row.getDouble("balance_credits"), row.getDouble("age_seconds")))
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
                .update();
    }
}
