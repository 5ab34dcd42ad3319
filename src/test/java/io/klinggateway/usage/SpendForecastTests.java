package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.ledger.BudgetStatus;
import io.klinggateway.ledger.KeyBudgetId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.ledger.TestLedger;
import io.klinggateway.usage.SpendForecast.Forecast;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SpendForecastTests {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    private final UUID tenant = UUID.randomUUID();
    private final DataSource database = TestDatabase.migrated().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final SpendForecast forecasts = new SpendForecast(jdbc, new LedgerReader(jdbc, TestLedger.on(jdbc)));

    @BeforeEach
    void migrate() {
        jdbc.sql("insert into tenant (id, name) values (?, 'islands')")
                .param(tenant)
                .update();
        jdbc.sql("select ledger_set_budget(?, 'Pacific/Kiritimati', '{TOTAL}', '{1}', '{1000}', '{null}')")
                .param(tenant)
                .query((_, _) -> true)
                .single();
    }

    /** Where it is two o'clock of the 24th when it is noon of the 23rd in London. */
    @Test
    void theForecastGoesOnAtThePaceOfTheTenantsLastSevenDaysTodayIncluded() {
        spend("2026-11-25", 1_000);
        spend("2026-11-24", 20);
        spend("2026-11-23", 70);
        spend("2026-11-18", 7);
        spend("2026-11-17", 1_000);

        var forecast = forecast();

        assertThat(forecast.creditsPerDay()).isEqualTo(97 / (6 + 2 / 24.0), within(0.001));
        assertThat(forecast.runsOutAt()).isBetween("2027-01-25T00:00:00Z", "2027-01-25T12:00:00Z");
    }

    @Test
    void aYoungTeamIsForecastFromItsOwnDays() {
        spend("2026-11-24", 20);
        spend("2026-11-23", 6);

        assertThat(forecast().creditsPerDay()).isEqualTo(26 / (1 + 2 / 24.0), within(0.001));
    }

    @Test
    void thereIsNoForecastFromFewerThanTwoDays() {
        spend("2026-11-24", 1_000);

        assertThat(forecast()).isEqualTo(new Forecast(null, null));
    }

    @Test
    void aKeysOwnBudgetRunsOutAtThePaceOfTheKeysThatShareIt() {
        UUID keyBudget = UUID.randomUUID();
        UUID key = UUID.randomUUID();
        jdbc.sql(
                        "insert into api_key (id, tenant_id, name, sha256, key_budget_id) values (?, ?, 'ci', sha256('ci'), ?)")
                .params(key, tenant, keyBudget)
                .update();
        jdbc.sql("select ledger_set_windows(?, ?, '{TOTAL}', '{1}', '{100}', '{null}')")
                .params(tenant, keyBudget)
                .query((_, _) -> true)
                .single();
        spend("2026-11-23", 25);
        spend("2026-11-24", 25);

        assertThat(forecast(keyBudget)).as("nothing is known of the key").isEqualTo(forecast());

        spend("2026-11-23", 20, key);
        spend("2026-11-24", 5, key);

        assertThat(forecast(keyBudget).creditsPerDay()).isEqualTo(75 / (1 + 2 / 24.0), within(0.001));
        assertThat(forecast(keyBudget).runsOutAt()).isBetween("2026-11-27T19:59:00Z", "2026-11-27T20:01:00Z");
        assertThat(forecast().runsOutAt()).isBetween("2026-12-07T22:39:00Z", "2026-12-07T22:41:00Z");
    }

    /** As operators see it, which is as the team sees it. */
    private Forecast forecast() {
        Forecast ofAll = forecasts.outlooks(NOW).getFirst().forecast();
        assertThat(ofAll).isEqualTo(forecasts.forecast(new TenantId(tenant), budgetStatus(null), NOW));
        return ofAll;
    }

    private Forecast forecast(UUID keyBudget) {
        return forecasts.forecast(new TenantId(tenant), budgetStatus(new KeyBudgetId(keyBudget)), NOW);
    }

    private BudgetStatus budgetStatus(@Nullable KeyBudgetId keyBudget) {
        return TestLedger.on(jdbc).budgetStatus(new TenantId(tenant), keyBudget);
    }

    private void spend(String day, long credits) {
        spend(day, credits, UUID.randomUUID());
    }

    private void spend(String day, long credits, UUID key) {
        jdbc.sql("insert into spend_day values (?, ?, ?, 'Pacific/Kiritimati', ?, 1, 1)")
                .param(tenant)
                .param(LocalDate.parse(day))
                .param(key)
                .param(credits)
                .update();
    }
}
