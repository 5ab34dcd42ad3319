package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.ledger.TestLedger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SpendingTests {

    private final UUID tenant = UUID.randomUUID();
    private final DataSource database = TestDatabase.fresh().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final Spending spending = new Spending(jdbc, new LedgerReader(jdbc, TestLedger.on(jdbc)));

    @BeforeEach
    void migrate() {
        Flyway.configure().dataSource(database).load().migrate();
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

        var outlook = outlook();

        assertThat(outlook.perDay()).isEqualTo(97 / (6 + 2 / 24.0), within(0.001));
        assertThat(outlook.dryAt()).isBetween("2027-01-25T00:00:00Z", "2027-01-25T12:00:00Z");
    }

    @Test
    void aYoungTeamIsForecastFromItsOwnDays() {
        spend("2026-11-24", 20);
        spend("2026-11-23", 6);

        assertThat(outlook().perDay()).isEqualTo(26 / (1 + 2 / 24.0), within(0.001));
    }

    @Test
    void thereIsNoForecastFromFewerThanTwoDays() {
        spend("2026-11-24", 1_000);

        assertThat(outlook().perDay()).isNull();
        assertThat(outlook().dryAt()).isNull();
    }

    private Spending.Outlook outlook() {
        return spending.outlooks(Instant.parse("2026-11-23T12:00:00Z")).getFirst();
    }

    private void spend(String day, long credits) {
        jdbc.sql("insert into spend_day values (?, ?, ?, 'Pacific/Kiritimati', ?, 1, 1)")
                .param(tenant)
                .param(LocalDate.parse(day))
                .param(UUID.randomUUID())
                .param(credits)
                .update();
    }
}
