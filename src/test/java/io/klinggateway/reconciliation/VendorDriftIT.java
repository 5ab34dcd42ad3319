package io.klinggateway.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The vendor's balance against the books: what is missing is the drift, as long as nothing explains it. */
@Tag("slow")
class VendorDriftIT {

    private static final String VENDOR = "http://vendor";

    private final DataSource database = TestDatabase.migrated().dataSource();
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final UUID tenant = UUID.randomUUID();
    private final UUID key = UUID.randomUUID();

    @BeforeEach
    void migrate() {
        jdbc.sql("insert into tenant (id, name) values (?, 'design')")
                .param(tenant)
                .update();
        jdbc.sql("insert into api_key (id, tenant_id, name, sha256) values (?, ?, 'main', sha256('main'))")
                .params(key, tenant)
                .update();
        jdbc.sql("select ledger_set_budget(?, 'UTC', '{MONTH}', '{1}', '{100}', '{null}')")
                .param(tenant)
                .query((_, _) -> true)
                .single();
        jdbc.sql("insert into upstream_account (upstream, due_at) values (?, now())")
                .param(VENDOR)
                .update();
        assertThat(read(1000)).isZero();
    }

    @Test
    void whatTheBooksKnowToBeSpentIsNoDrift() {
        UUID generation = admit();
        assertThat(read(1000)).as("it waits").isZero();
        become(generation, "SENDING");
        assertThat(read(998)).as("the vendor may have it").isZero();
        accept(generation);
        assertThat(read(998)).isZero();
        complete(generation);
        assertThat(read(998)).isZero();
        become(accept(admit()), "PROCESSING");
        assertThat(read(998))
                .as("the vendor gave it back, and nobody has seen it yet")
                .isZero();
    }

    @Test
    void whatIsMissingIsDriftUntilItIsExplained() {
        complete(accept(admit()));
        assertThat(read(998)).isZero();

        assertThat(read(990)).isEqualTo(8);
        complete(accept(admit()));
        assertThat(read(988)).as("a job in between changes nothing").isEqualTo(8);

        jdbc.sql(
                        "insert into orphan_job (upstream, upstream_job_id, cause, credits, created_at) values (?, ?, 'UNKNOWN', 6, now())")
                .params(VENDOR, UUID.randomUUID())
                .update();
        assertThat(read(988)).isEqualTo(2);
        jdbc.sql("update orphan_job set resolution = 'DISMISSED', resolved_at = now()")
                .update();
        assertThat(read(988)).isEqualTo(2);
    }

    @Test
    void aPaymentIsNoDriftAndHidesNoneThatComesLater() {
        assertThat(read(5000)).isZero();
        assertThat(read(5000)).isZero();
        assertThat(read(4998)).isEqualTo(2);
    }

    @Test
    void aJobThatIsMadeAndPaidForBetweenBalanceAndBooksIsNoDrift() {
        complete(accept(admit()));
        assertThat(read(1000)).as("the balance of before").isZero();

        assertThat(read(998)).isZero();
    }

    @Test
    void aCorrectionOfATeamsSpendMovesNothingAtTheVendor() {
        complete(accept(admit()));
        jdbc.sql("select ledger_adjust(?, -1, 'operator', 'goodwill')")
                .param(tenant)
                .query((_, _) -> true)
                .single();

        assertThat(read(998)).isZero();
    }

    @Test
    void whatAnOrphanCostIsCountedOnceWhenItIsBooked() {
        UUID job = UUID.randomUUID();
        jdbc.sql(
                        "insert into orphan_job (upstream, upstream_job_id, cause, credits, created_at) values (?, ?, 'UNKNOWN', 4, now())")
                .params(VENDOR, job)
                .update();
        assertThat(read(996)).isZero();

        assertThat(jdbc.sql("""
                        select book_generation(?, ?, ?, null, ?, 'kling-v1', 2, 4, null, '2026-01-31T23:30:00Z', 'alice', 'hers')
                        """)
                        .params(UUID.randomUUID(), tenant, VENDOR, job)
                        .query(Boolean.class)
                        .single())
                .isTrue();
        jdbc.sql("update orphan_job set resolution = 'BOOKED', resolved_at = now()")
                .update();

        assertThat(read(996)).isZero();
        assertThat(jdbc.sql("select period_start::text || ' ' || held from window_period")
                        .query(String.class)
                        .list())
                .containsExactly("2026-01-01 4");
        assertThat(jdbc.sql("select count(*) from ledger_difference")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("""
                        select book_generation(?, ?, ?, null, ?, 'kling-v1', 2, 4, null, '2026-01-31T23:30:00Z', 'bob', 'his')
                        """)
                        .params(UUID.randomUUID(), tenant, VENDOR, job)
                        .query(Boolean.class)
                        .single())
                .isFalse();
    }

    @Test
    void anOrphanIsCountedOnceFromTheMomentThatAGenerationHasIt() {
        UUID generation = become(become(admit(), "SENDING"), "IN_REVIEW");
        UUID job = orphan("COMPLETED", 2);
        assertThat(read(998)).isZero();

        jdbc.sql("update generation set upstream_job_id = ? where id = ?")
                .params(job, generation)
                .update();
        complete(generation);
        assertThat(read(998)).isZero();
        assertThat(read(998)).isZero();
        jdbc.sql("update orphan_job set resolution = 'FOUND', resolved_at = now()")
                .update();

        assertThat(read(998)).isZero();
    }

    @Test
    void whatTheVendorGivesBackForAnOpenOrphanIsNoDrift() {
        UUID job = orphan("PROCESSING", 4);
        assertThat(read(996)).isZero();
        assertThat(read(1000)).as("it failed, and nobody has seen it yet").isZero();
        assertThat(read(1000)).isZero();

        jdbc.sql(
                        "update orphan_job set status = 'FAILED', resolution = 'FREE', resolved_at = now() where upstream_job_id = ?")
                .param(job)
                .update();

        assertThat(read(1000)).isZero();
        assertThat(read(998)).isEqualTo(2);
    }

    @Test
    void whatTheVendorDoesNotSayOfAnOrphanMayBeAsMuchAsTheLargestRequest() {
        orphan("COMPLETED", null);
        assertThat(read(992)).isZero();
        assertThat(read(991)).isOne();

        jdbc.sql("update orphan_job set credits = 8").update();
        assertThat(read(992)).isZero();
    }

    @Test
    void whatATeamHasBeenToldTheEndOfIsNotBookedAgain() {
        UUID vendorKey = UUID.randomUUID();
        UUID ended = become(admit(), "SENDING");
        jdbc.sql(
                        "update generation set state = 'FAILED', captured_credits = 0, vendor_idempotency_key = ? where id = ?")
                .params(vendorKey, ended)
                .update();

        assertThat(book(ended, null)).as("its id is the vendor's key").isFalse();
        assertThat(book(UUID.randomUUID(), vendorKey)).isFalse();

        assertThat(book(UUID.randomUUID(), UUID.randomUUID())).isTrue();
    }

    private boolean book(UUID generation, @Nullable UUID vendorKey) {
        return jdbc.sql(
                        "select book_generation(?, ?, ?, ?::uuid, ?, 'kling-v1', 1, 2, null, now(), 'gateway', 'by its trace')")
                .params(generation, tenant, VENDOR)
                .param(vendorKey)
                .param(UUID.randomUUID())
                .query(Boolean.class)
                .single();
    }

    @Test
    void whatIsBookedMayExceedWhatABudgetAllows() {
        jdbc.sql("select book_generation(?, ?, ?, null, ?, 'kling-v1', 4, 120, null, now(), 'alice', 'lost')")
                .params(UUID.randomUUID(), tenant, VENDOR, UUID.randomUUID())
                .query(Boolean.class)
                .single();

        assertThat(jdbc.sql("select held || ' of ' || allowed || ', ceiling ' || ceiling from window_period")
                        .query(String.class)
                        .single())
                .isEqualTo("120 of 100, ceiling 120");
    }

    private long read(long balance) {
        jdbc.sql("select vendor_balance_read(?, ?, null)")
                .params(VENDOR, balance)
                .query((_, _) -> true)
                .list();
        return jdbc.sql("select drift_credits from upstream_account")
                .query(Long.class)
                .single();
    }

    private UUID orphan(String status, @Nullable Integer credits) {
        UUID job = UUID.randomUUID();
        jdbc.sql("""
                        insert into orphan_job (upstream, upstream_job_id, cause, status, credits, created_at)
                        values (?, ?, 'UNKNOWN', ?, ?, now())
                        """).params(VENDOR, job, status).param(credits).update();
        return job;
    }

    private UUID admit() {
        UUID generation = UUID.randomUUID();
        assertThat(jdbc.sql("""
                        select verdict from admit_generation(?, ?, ?, null, 'x'::bytea, null, null, 'kling-v1', 1, 2, ?,
                            '{}'::bytea, gen_random_uuid(), true)
                        """)
                        .params(generation, tenant, key, VENDOR)
                        .query(String.class)
                        .single())
                .isEqualTo("ADMITTED");
        return generation;
    }

    private UUID accept(UUID generation) {
        jdbc.sql("update generation set state = 'QUEUED', upstream_job_id = ? where id = ?")
                .params(UUID.randomUUID(), generation)
                .update();
        return generation;
    }

    private UUID become(UUID generation, String state) {
        jdbc.sql("update generation set state = ? where id = ?")
                .params(state, generation)
                .update();
        return generation;
    }

    private void complete(UUID generation) {
        jdbc.sql("update generation set state = 'COMPLETED', captured_credits = 2, charged_credits = 2 where id = ?")
                .param(generation)
                .update();
        jdbc.sql("select ledger_resolve(?, 'CAPTURE', 2, 'gateway', null)")
                .param(generation)
                .query((_, _) -> true)
                .single();
    }
}
