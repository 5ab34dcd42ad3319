package io.klinggateway.tracking;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.SubmitOutcome;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.credits.Credits;
import io.klinggateway.database.MigratedDatabaseInitializer;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.queue.Dispatcher;
import io.klinggateway.simulator.SimulatedApiframe;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * The whole gateway on a real database with a simulated vendor, whose jobs run until a test finishes them. Nothing is
 * looked at but by a test's own passes: the gateway's loops stand still.
 */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "apiframe.api-key=" + SimulatedApiframe.DEFAULT_API_KEY,
            "apiframe.connect-timeout=500ms",
            "apiframe.requests-per-minute=60000",
            "gateway.public-url=http://localhost:1",
            "gateway.tracking.interval=2s",
            "gateway.tracking.safety-interval=20s",
            "gateway.tracking.unlisted-after=5s",
            "gateway.tracking.lease=10s",
        })
@ContextConfiguration(initializers = MigratedDatabaseInitializer.class)
abstract class TrackingScenario {

    static final Duration SAFETY_INTERVAL = Duration.ofSeconds(20);
    static final Duration INTERVAL = Duration.ofSeconds(2);
    static final Duration LEASE = Duration.ofSeconds(10);

    /** Between the gateway and the vendor: stubs made here come before the vendor. */
    static final WireMockServer door = new WireMockServer(options().dynamicPort());

    private static final Duration JOBS_RUN_FOR = Duration.ofDays(2);

    @Autowired
    JdbcClient jdbc;

    @Autowired
    JobSweep sweep;

    @Autowired
    UnlistedJobReader stragglers;

    @Autowired
    TrackingRepository tracking;

    @Autowired
    private Apiframe apiframe;

    @Autowired
    private Tenants tenants;

    @Autowired
    private Dispatcher dispatcher;

    @Autowired
    private List<BackgroundLoop> loops;

    private final VendorTime vendorTime = new VendorTime();
    private final SimulatedApiframe vendor = SimulatedApiframe.builder()
            .port(0)
            .clock(vendorTime)
            .queuedFor(Duration.ZERO)
            .processingFor(JOBS_RUN_FOR)
            .build()
            .start();
    private @Nullable Tenant tenant;

    /** The real time, and as far ahead of it as a test wants. */
    private static final class VendorTime extends Clock {

        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @DynamicPropertySource
    static void vendorAddress(DynamicPropertyRegistry properties) {
        if (!door.isRunning()) {
            door.start();
        }
        properties.add("apiframe.base-url", door::baseUrl);
    }

    @BeforeEach
    void letNothingRunByItself() {
        dispatcher.stop();
        loops.forEach(BackgroundLoop::stop);
        door.resetAll();
        door.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse().proxiedFrom(vendor.baseUrl())));
        tenant = tenants.register(
                "t-" + UUID.randomUUID(),
                new Budget(
                        ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(10_000), null))));
        tenants.registerKey(
                tenant, "main", UUID.randomUUID().toString().replace("-", "").repeat(2));
    }

    @AfterEach
    void forgetEverything() {
        vendor.close();
        moveTimeTo(Duration.ZERO);
        jdbc.sql("delete from generation").update();
        jdbc.sql("delete from upstream_sweep").update();
        jdbc.sql("delete from upstream_rate").update();
    }

    /** From now on the database's clock is ahead by this much. */
    void moveTimeTo(Duration ahead) {
        jdbc.sql("""
                create or replace function gateway_now() returns timestamptz language sql volatile
                return clock_timestamp() + make_interval(secs => %d)
                """.formatted(ahead.toSeconds())).update();
    }

    // What the vendor has and shows

    /** Ends every job that the vendor has. Later ones begin where it left off. */
    void finishVendorJobs() {
        vendorTime.ahead = vendorTime.ahead.plus(JOBS_RUN_FOR);
    }

    /** From now on the vendor's clock is ahead by this much. */
    void moveVendorTimeTo(Duration ahead) {
        vendorTime.ahead = ahead;
    }

    UUID newJob(String prompt) {
        byte[] body = "{\"prompt\":\"%s\",\"model\":\"kling-image\"}"
                .formatted(prompt)
                .getBytes(StandardCharsets.UTF_8);
        SubmitOutcome outcome =
                apiframe.submit(UUID.randomUUID().toString(), body, Deadline.in(Duration.ofSeconds(10)));
        assertThat(outcome).isInstanceOf(Accepted.class);
        return ((Accepted) outcome).job().value();
    }

    /** Jobs that somebody else ordered with the same account. */
    void othersOrder(int jobs) {
        for (int job = 0; job < jobs; job++) {
            newJob("not ours");
        }
    }

    /** The vendor's list is this, whatever jobs there are; single jobs are shown as they are. */
    StubMapping listIs(ResponseDefinitionBuilder answer) {
        return door.stubFor(get(urlPathEqualTo("/v2/jobs")).atPriority(1).willReturn(answer));
    }

    void removeStub(StubMapping stub) {
        door.removeStub(stub);
    }

    static final class Calls {

        private Calls() {}

        static int list() {
            return door.findAll(getRequestedFor(urlPathEqualTo("/v2/jobs"))).size();
        }

        static int single() {
            return door.findAll(getRequestedFor(urlPathMatching("/v2/jobs/.+"))).size();
        }
    }

    // What the gateway holds

    /** As many generations as were just accepted by the vendor. */
    List<UUID> open(int number) {
        List<UUID> open = new ArrayList<>();
        for (int generation = 0; generation < number; generation++) {
            open.add(openWith(newJob("ours")));
        }
        return open;
    }

    UUID openWith(UUID job) {
        UUID id = admit();
        jdbc.sql("""
                        update generation
                           set state = 'QUEUED', attempt = 1, acknowledged = true, upstream_job_id = ?, due_at = null,
                               accepted_at = gateway_now()
                         where id = ?
                        """).params(job, id).update();
        return id;
    }

    /** One that waits to be sent. */
    UUID admit() {
        UUID id = UUID.randomUUID();
        UUID owner = Objects.requireNonNull(tenant).id().value();
        assertThat(jdbc.sql("""
                        select verdict
                          from admit_generation(?, ?, (select id from api_key where tenant_id = ?), null, '', null, null,
                                                'kling-v1', 1, 2, ?, '', ?, true)
                        """)
                        .params(id, owner, owner, apiframe.upstream(), UUID.randomUUID())
                        .query(String.class)
                        .single())
                .isEqualTo("ADMITTED");
        return id;
    }

    void follow(UUID id) {
        jdbc.sql("update generation set watched_until = gateway_now() + interval '1 minute' where id = ?")
                .param(id)
                .update();
    }

    Map<String, @Nullable Object> row(UUID id) {
        return jdbc.sql("select * from generation where id = ?")
                .param(id)
                .query()
                .singleRow();
    }

    String state(UUID id) {
        return String.valueOf(row(id).get("state"));
    }

    boolean isReadSingly(UUID id) {
        return row(id).get("due_at") != null;
    }

    long inState(String... states) {
        return jdbc.sql("select count(*) from generation where state in (:states)")
                .param("states", Arrays.asList(states))
                .query(Long.class)
                .single();
    }

    void makeSweepDue() {
        jdbc.sql("update upstream_sweep set due_at = gateway_now()").update();
    }

    /** Until the next sweep; negative if it is due. */
    Duration untilNextSweep() {
        return Duration.ofMillis(
                jdbc.sql("select (extract(epoch from due_at - gateway_now()) * 1000)::bigint from upstream_sweep")
                        .query(Long.class)
                        .single());
    }

    Duration untilNextReadOf(UUID id) {
        return Duration.ofMillis(jdbc.sql(
                        "select (extract(epoch from due_at - gateway_now()) * 1000)::bigint from generation where id = ?")
                .param(id)
                .query(Long.class)
                .single());
    }
}
