package io.klinggateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.credits.Credits;
import io.klinggateway.database.MigratedDatabaseInitializer;
import io.klinggateway.harness.Ports;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.queue.Dispatcher;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.FileForm;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;

/**
 * The whole gateway on a real database, with a vendor that answers as each test wants, and little patience. Every test has
 * a tenant of its own with 100 credits, and leaves books that agree.
 */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "apiframe.api-key=" + GatewayScenario.VENDOR_KEY,
            "apiframe.connect-timeout=3s",
            "apiframe.response-timeout=4s",
            "apiframe.requests-per-minute=60000",
            "gateway.queue.attempt-deadline=9s",
            "gateway.queue.lease=12s",
            "gateway.queue.first-pause=100ms",
            "gateway.queue.probe-interval=2s",
            "gateway.tracking.interval=200ms",
            "gateway.tracking.unlisted-after=300ms",
            "gateway.queue.longest-pause=500ms",
        })
@ContextConfiguration(initializers = MigratedDatabaseInitializer.class)
public abstract class GatewayScenario {

    protected static final String VENDOR_KEY = "afk_secret_0123456789abcdef";
    protected static final String GENERATE = "/v2/images/generate";
    protected static final String FOX = """
        {"prompt": "A fox", "model": "kling-image", "klingImageParams": {"n": 2, "aspect_ratio": "16:9"}}
        """;
    protected static final String OWL = """
        {"prompt": "An owl", "model": "kling-image"}
        """;
    protected static final Duration SOON = Duration.ofSeconds(15);

    private static final AnswersInOrder ANSWERS = new AnswersInOrder();

    /** On a port of its own from start to start, so that it can go away and come back. */
    protected static final WireMockServer vendor =
            new WireMockServer(options().port(Ports.free()).extensions(ANSWERS));

    private static final VendorJobId NO_JOB = new VendorJobId(new UUID(0, 404));
    private static final int PROBES = 8;
    private static final String NO_JOBS = "{\"jobs\":[],\"nextCursor\":null,\"hasMore\":false}";

    @Autowired
    protected Apiframe apiframe;

    @Autowired
    protected Dispatcher dispatcher;

    @Autowired
    protected JdbcClient jdbc;

    @Autowired
    private Tenants tenants;

    @LocalServerPort
    private int port;

    private final String key = "kg_" + UUID.randomUUID();
    private @Nullable Tenant tenant;

    @DynamicPropertySource
    protected static void vendorAddress(DynamicPropertyRegistry properties) {
        if (!vendor.isRunning()) {
            vendor.start();
        }
        properties.add("apiframe.base-url", vendor::baseUrl);
    }

    @BeforeEach
    protected void openAccount() {
        if (!vendor.isRunning()) {
            vendor.start();
        }
        vendor.resetAll();
        if (!dispatcher.isRunning()) { // a test that failed left it so
            dispatcher.start();
        }
        vendor.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse().withStatus(404)));
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs")).atPriority(9).willReturn(okJson(NO_JOBS)));
        tenant = tenants.register(
                "t-" + UUID.randomUUID(),
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.MONTH, 1, new Credits(100), null))));
        tenants.registerKey(tenant(), "main", Sha256.hex(key));
        awaitNormalService();
    }

    /** The account's rate, the dispatcher and the circuit breaker have forgotten what the test before did to them. */
    private void awaitNormalService() {
        jdbc.sql("""
            update upstream_rate set next_call_at = gateway_now(), next_tracking_call_at = gateway_now(),
                   paused_until = 'epoch', account_refused = false
            """).update();
        jdbc.sql("update upstream_sweep set due_at = gateway_now()").update();
        jdbc.sql("update queue_team set not_before = gateway_now()").update();
        for (int probe = 0; probe < PROBES; probe++) {
            await().pollDelay(Duration.ZERO)
                    .atMost(SOON)
                    .until(() -> apiframe.read(NO_JOB, () -> true) instanceof Missing);
        }
        await().pollDelay(Duration.ZERO).atMost(SOON).until(() -> !dispatcher.isBusy());
    }

    @AfterEach
    protected void theBooksAgreeAndNothingGoesOn() {
        for (String difference :
                List.of("ledger_difference", "generation_hold_difference", "generation_capture_difference")) {
            assertThat(jdbc.sql("select * from " + difference).query().listOfRows())
                    .as(difference)
                    .isEmpty();
        }
        jdbc.sql("update generation set due_at = null, upstream = 'http://over.example' where upstream = :upstream")
                .param("upstream", apiframe.upstream())
                .update();
        moveTimeTo(Duration.ZERO);
    }

    /** From now on the database's clock is ahead by this much. */
    protected void moveTimeTo(Duration ahead) {
        jdbc.sql("""
            create or replace function gateway_now() returns timestamptz language sql volatile
            return clock_timestamp() + make_interval(secs => %d)
            """.formatted(ahead.toSeconds())).update();
    }

    protected Tenant tenant() {
        if (tenant == null) {
            throw new IllegalStateException("the account is not open yet");
        }
        return tenant;
    }

    // What the tenant does and sees

    protected Answer generate(String body) {
        return generate(body, null);
    }

    protected Answer generate(String body, @Nullable String idempotencyKey) {
        return keepsTheSecret(
                idempotencyKey == null
                        ? client().post(GENERATE, body)
                        : client().post(GENERATE, body, "Idempotency-Key", idempotencyKey));
    }

    protected CompletableFuture<Answer> generateMeanwhile(String body, @Nullable String idempotencyKey) {
        return CompletableFuture.supplyAsync(() -> generate(body, idempotencyKey));
    }

    protected Answer see(String path) {
        return keepsTheSecret(client().get(path));
    }

    protected Answer cancel(UUID id) {
        return keepsTheSecret(client().send("DELETE", "/v2/jobs/" + id, BodyPublishers.noBody()));
    }

    /** A small picture. */
    protected Answer upload() {
        return keepsTheSecret(client().send(
                        "POST",
                        "/v2/uploads",
                        BodyPublishers.ofByteArray(FileForm.of(FileForm.png(1_000))),
                        "Content-Type",
                        FileForm.CONTENT_TYPE));
    }

    /** How many jobs the team has in the queue, and at the vendor. */
    protected List<Integer> queue() {
        JsonNode queue = see("/v2/queue").json();
        return List.of(queue.path("waiting").intValue(), queue.path("running").intValue());
    }

    protected Answer job(UUID id) {
        return see("/v2/jobs/" + id);
    }

    private Client client() {
        return new Client(port, key);
    }

    private static Answer keepsTheSecret(Answer answer) {
        assertThat(answer.body()).doesNotContain(VENDOR_KEY);
        return answer;
    }

    // The account's rate

    /** Nothing is sent for so long, as if the rate were used up, and the gateway knows. */
    protected void holdQueueBack(Duration howLong) {
        jdbc.sql("update upstream_rate set next_call_at = gateway_now() + make_interval(secs => :secs)")
                .param("secs", howLong.toMillis() / 1000.0)
                .update();
        await().pollDelay(Duration.ZERO).atMost(SOON).until(dispatcher::isBusy);
    }

    /** Gets a 202 for what it asks for, which is sent once all of it has one, however long that takes. */
    protected <T> T whileNothingIsSent(Supplier<T> calls) {
        dispatcher.stop();
        T answers = calls.get();
        dispatcher.start();
        return answers;
    }

    /** From now on whoever's turn it is is sent. */
    protected void letQueueGo() {
        jdbc.sql("update upstream_rate set next_call_at = gateway_now()").update();
    }

    // What the vendor does and sees

    protected static void vendorAnswers(ResponseDefinitionBuilder... answers) {
        ANSWERS.are(answers);
        vendor.stubFor(post(urlEqualTo(GENERATE)).willReturn(aResponse().withTransformers(ANSWERS.getName())));
    }

    protected static ResponseDefinitionBuilder answer(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body);
    }

    protected static ResponseDefinitionBuilder accepted(UUID job) {
        return answer(202, "{\"jobId\":\"" + job + "\",\"status\":\"QUEUED\"}");
    }

    protected static ResponseDefinitionBuilder tooLate() {
        return accepted(UUID.randomUUID()).withFixedDelay(5_000);
    }

    protected static void vendorShows(UUID job, String rest) {
        String shown = "{\"id\":\"" + job + "\"," + rest + "}";
        vendor.stubFor(get(urlEqualTo("/v2/jobs/" + job)).willReturn(okJson(shown)));
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .willReturn(okJson("{\"jobs\":[" + shown + "],\"nextCursor\":null,\"hasMore\":false}")));
    }

    /** All attempts of a generation carry its key and the stored bytes. */
    protected List<LoggedRequest> attempts(UUID generation) {
        List<LoggedRequest> attempts = vendor.findAll(postRequestedFor(urlEqualTo(GENERATE))
                .withHeader("Idempotency-Key", equalTo(vendorIdempotencyKey(generation))));
        byte[] stored = (byte[]) row(generation).get("upstream_request");
        assertThat(attempts).allSatisfy(attempt -> {
            assertThat(attempt.getBody()).isEqualTo(stored);
            assertThat(attempt.getHeader("X-API-Key")).isEqualTo(VENDOR_KEY);
        });
        return attempts;
    }

    private String vendorIdempotencyKey(UUID generation) {
        return String.valueOf(Objects.requireNonNullElse(row(generation).get("vendor_idempotency_key"), generation));
    }

    /** Once, or as often as the gateway knows to have tried: a vendor that answers late is asked again. */
    protected void assertEveryRequestIsAnAttempt(UUID generation) {
        assertThat(attempts(generation)).hasSizeBetween(1, attempt(generation));
    }

    // What the database holds

    protected UUID onlyGeneration() {
        return jdbc.sql("select id from generation where tenant_id = :tenant")
                .param("tenant", tenant().id().value())
                .query(UUID.class)
                .single();
    }

    protected boolean hasGeneration() {
        return jdbc.sql("select count(*) from generation where tenant_id = :tenant")
                        .param("tenant", tenant().id().value())
                        .query(Integer.class)
                        .single()
                > 0;
    }

    protected Map<String, @Nullable Object> row(UUID generation) {
        return jdbc.sql("select * from generation where id = :id")
                .param("id", generation)
                .query()
                .singleRow();
    }

    protected int attempt(UUID generation) {
        return jdbc.sql("select attempt from generation where id = :id")
                .param("id", generation)
                .query((row, _) -> row.getInt(1))
                .single();
    }

    protected String state(UUID generation) {
        return String.valueOf(row(generation).get("state"));
    }

    protected void awaitState(UUID generation, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(state(generation)).isEqualTo(state));
    }

    /** The journal of one generation: kind, held, captured. */
    protected List<String> journal(UUID generation) {
        return jdbc.sql("""
            select entry_kind || ' ' || held_delta || ' ' || captured_delta from journal_entry
             where generation_id = :id order by seq
            """)
                .param("id", generation)
                .query((row, _) -> row.getString(1))
                .list();
    }

    /** The tenant's balance: held, captured. */
    protected List<Long> balance() {
        return jdbc.sql("select held, captured from window_period where tenant_id = :tenant")
                .param("tenant", tenant().id().value())
                .query((row, _) -> List.of(row.getLong("held"), row.getLong("captured")))
                .single();
    }

    /** Released, unseen by the tenant, and its idempotency key is free. */
    protected void assertWithdrawn(UUID generation) {
        assertThat(row(generation))
                .containsEntry("state", "FAILED")
                .containsEntry("acknowledged", false)
                .containsEntry("captured_credits", 0L)
                .containsEntry("idempotency_key", null)
                .containsEntry("due_at", null)
                .containsEntry("attempt_open", false);
        assertThat(journal(generation)).containsExactly("HOLD 4 0", "RELEASE -4 0");
        assertThat(balance()).containsExactly(0L, 0L);
        assertThat(job(generation).status()).isEqualTo(404);
        assertThat(see("/v2/jobs").json().path("jobs")).isEmpty();
        assertThat(see("/v2/jobs?search=" + generation).json().path("jobs")).isEmpty();
    }

    /** Not resolved: the hold stands, and the tenant sees the job. */
    protected void assertHeld(UUID generation) {
        assertThat(row(generation)).containsEntry("acknowledged", true).containsEntry("captured_credits", null);
        assertThat(journal(generation)).containsExactly("HOLD 4 0");
        assertThat(balance()).containsExactly(4L, 0L);
        assertThat(job(generation).json().path("creditCost").longValue()).isEqualTo(4);
        assertThat(see("/v2/jobs?search=" + generation).json().path("jobs")).hasSize(1);
    }
}
