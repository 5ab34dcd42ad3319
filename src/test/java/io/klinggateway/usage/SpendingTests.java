package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import java.time.Instant;
import java.time.LocalDate;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

class SpendingTests {

    private final UUID tenant = UUID.randomUUID();
    private final DataSource database = TestDatabase.fresh().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final Spending spending = new Spending(jdbc, new LedgerReader(jdbc));

    /** Where it is the 24th already when it is noon of the 23rd in London. */
    @Test
    void theForecastGoesOnAtThePaceOfTheTenantsLastSevenWholeDays() {
        Flyway.configure().dataSource(database).load().migrate();
        jdbc.sql("insert into tenant (id, name) values (?, 'islands')")
                .param(tenant)
                .update();
        jdbc.sql("select ledger_set_budget(?, 'TOTAL', 1000, 'Pacific/Kiritimati')")
                .param(tenant)
                .query((_, _) -> true)
                .single();
        spend("2026-11-24", 1_000);
        spend("2026-11-23", 70);
        spend("2026-11-17", 7);
        spend("2026-11-16", 1_000);

        assertThat(spending.outlooks(Instant.parse("2026-11-23T12:00:00Z")))
                .singleElement()
                .extracting(Spending.Outlook::perDay)
                .isEqualTo(11.0);
    }

    private void spend(String day, long credits) {
        jdbc.sql("insert into spend_day values (?, ?, ?, ?, 1, 1)")
                .param(tenant)
                .param(LocalDate.parse(day))
                .param(UUID.randomUUID())
                .param(credits)
                .update();
    }
}
