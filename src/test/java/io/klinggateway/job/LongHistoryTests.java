package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.apiframe.VendorClients;
import io.klinggateway.apiframe.VendorJob.Status;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.generation.Labels;
import io.klinggateway.ledger.TenantId;
import java.sql.Types;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** A tenant's list of jobs, when nearly all of them have completed. */
class LongHistoryTests {

    private final UUID tenant = UUID.randomUUID();
    private final TestDatabase server = TestDatabase.migrated();
    private final SingleConnectionDataSource database =
            new SingleConnectionDataSource(server.url(), server.username(), server.password(), true);
    private final JdbcClient jdbc = JdbcClient.create(database);
    private final JobRepository jobs = new JobRepository(jdbc, VendorClients.apiframe("http://localhost:1"));

    @BeforeEach
    void completeManyJobs() {
        jdbc.sql("""
                        insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name, images,
                                quoted_credits, captured_credits, upstream, upstream_job_id, created_at, completed_at)
                        select gen_random_uuid(), :tenant, :tenant, 'COMPLETED', true, :tenant, '', 'kling-v1', 1, 2, 2, 'x',
                               gen_random_uuid(), now() - make_interval(secs => i), now()
                          from generate_series(1, 5000) i
                        """).param("tenant", tenant).update();
        jdbc.sql("analyze generation").update();
    }

    @AfterEach
    void disconnect() {
        database.destroy();
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"QUEUED", "PROCESSING", "FAILED", "CANCELLED"})
    void aStatusWithoutJobsIsAnsweredWithoutWalkingAlongTheOthers(Status status) {
        assertThat(list(status)).isEmpty();

        await().atMost(Duration.ofSeconds(10)).until(() -> read("generation_open") + read("generation_failed") > 0);
        assertThat(read("generation_listed")).isZero();
    }

    private long read(String index) {
        jdbc.sql("select pg_stat_force_next_flush()").query((_, _) -> true).single();
        return jdbc.sql("select idx_scan from pg_stat_user_indexes where indexrelname = ?")
                .param(index)
                .query(Long.class)
                .single();
    }

    @Test
    void everyStatusListsItsOwn() {
        UUID queued = add("SENDING", null, null);
        UUID unknown = add("IN_REVIEW", null, null);
        UUID seen = add("IN_REVIEW", UUID.randomUUID(), null);
        UUID running = add("PROCESSING", UUID.randomUUID(), null);
        UUID failed = add("FAILED", null, 0);
        UUID cancelled = add("CANCELLED", UUID.randomUUID(), 0);

        assertThat(list(Status.QUEUED)).containsExactly(unknown, queued);
        assertThat(list(Status.PROCESSING)).containsExactly(running, seen);
        assertThat(list(Status.FAILED)).containsExactly(failed);
        assertThat(list(Status.CANCELLED)).containsExactly(cancelled);
        assertThat(list(Status.COMPLETED)).hasSize(20).doesNotContain(running, failed);
    }

    private List<UUID> list(Status status) {
        return jobs.list(new TenantId(tenant), new JobFilter(status, null, Labels.NONE), null, 20).stream()
                .map(job -> job.id().value())
                .toList();
    }

    private UUID add(String state, @Nullable UUID upstreamJob, @Nullable Integer captured) {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name, images,
                                quoted_credits, captured_credits, upstream, upstream_request, upstream_job_id, created_at)
                        values (:id, :tenant, :tenant, :state, true, :tenant, '', 'kling-v1', 1, 2, :captured, 'x', '{}', :job,
                                clock_timestamp())
                        """)
                .param("id", id)
                .param("tenant", tenant)
                .param("state", state)
                .param("captured", captured, Types.BIGINT)
                .param("job", upstreamJob, Types.OTHER)
                .update();
        return id;
    }
}
