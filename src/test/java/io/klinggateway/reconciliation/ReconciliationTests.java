package io.klinggateway.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@ExtendWith(OutputCaptureExtension.class)
class ReconciliationTests {

    private final UUID tenant = UUID.randomUUID();
    private final UUID key = UUID.randomUUID();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final DataSource database = TestDatabase.migrated().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final Reconciliation reconciliation = newReplica(meters);

    @BeforeEach
    void migrate() {
        jdbc.sql("insert into tenant (id, name) values (?, 'design')")
                .param(tenant)
                .update();
        jdbc.sql("insert into api_key (id, tenant_id, name, sha256) values (?, ?, 'main', sha256('main'))")
                .param(key)
                .param(tenant)
                .update();
        jdbc.sql("select ledger_set_budget(?, 'UTC', '{MONTH}', '{1}', '{100}', '{null}')")
                .param(tenant)
                .query((_, _) -> true)
                .single();
    }

    @Test
    void booksThatAgreeShowNoDrift() {
        admit();

        reconciliation.pass();

        assertThat(drift("balances")).isZero();
        assertThat(drift("open_holds")).isZero();
        assertThat(drift("captures")).isZero();
        assertThat(drift("spend")).isZero();
        assertThat(drift("spend_days")).isZero();
    }

    @Test
    void spendThatTheJournalDoesNotKnowIsFound() {
        jdbc.sql("insert into spend_day values (?, current_date, ?, 'UTC', 2, 1, 1)")
                .param(tenant)
                .param(key)
                .update();

        reconciliation.pass();

        assertThat(drift("spend_days")).isOne();
        assertThat(drift("spend")).isZero();
    }

    @Test
    void aBalanceWithoutItsEntryIsPublishedByEveryReplicaAndLoggedOnce(CapturedOutput log) {
        admit();
        jdbc.sql("update window_period set captured = 1").update();
        SimpleMeterRegistry otherMeters = new SimpleMeterRegistry();
        Reconciliation other = newReplica(otherMeters);

        reconciliation.pass();
        reconciliation.pass();
        other.pass();

        assertThat(drift("balances")).isOne();
        assertThat(otherMeters
                        .get("kling.gateway.ledger.drift")
                        .tag("check", "balances")
                        .gauge()
                        .value())
                .isOne();
        assertThat(log.getOut().split("the books disagree", -1)).hasSize(1 + 2); // once on each replica
        assertThat(log).contains(tenant.toString());
    }

    @Test
    void aHoldWhoseGenerationIsGoneIsFound() {
        UUID generation = admit();
        jdbc.sql("delete from generation where id = ?").param(generation).update();

        reconciliation.pass();

        assertThat(drift("open_holds")).isOne();
        assertThat(drift("balances")).isZero();
    }

    @Test
    void aCompletedGenerationThatWasNotPaidForIsFound() {
        UUID generation = admit();
        jdbc.sql("update generation set state = 'QUEUED', upstream_job_id = gen_random_uuid() where id = ?")
                .param(generation)
                .update();
        jdbc.sql("update generation set state = 'COMPLETED', captured_credits = 2, upstream_job_id = ? where id = ?")
                .param(UUID.randomUUID())
                .param(generation)
                .update();

        reconciliation.pass();

        assertThat(drift("captures")).isOne();
        assertThat(drift("open_holds")).isOne();
    }

    private Reconciliation newReplica(SimpleMeterRegistry registry) {
        ReconciliationSettings settings = new ReconciliationSettings(Duration.ofMinutes(5), false, null);
        return new Reconciliation(
                jdbc, new TransactionTemplate(new JdbcTransactionManager(database)), settings, registry);
    }

    private UUID admit() {
        UUID generation = UUID.randomUUID();
        String verdict = jdbc.sql("""
                select verdict from admit_generation(?, ?, ?, null, 'x'::bytea, null, null, 'kling-v1', 1, 2,
                    'http://vendor', '{}'::bytea, gen_random_uuid(), true)
                """)
                .param(generation)
                .param(tenant)
                .param(key)
                .query(String.class)
                .single();
        assertThat(verdict).isEqualTo("ADMITTED");
        return generation;
    }

    private double drift(String check) {
        return meters.get("kling.gateway.ledger.drift")
                .tag("check", check)
                .gauge()
                .value();
    }
}
