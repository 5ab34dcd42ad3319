package io.klinggateway.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.generation.Refusal;
import io.klinggateway.generation.VendorCallbackUrls;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

@RunningGatewayTest
@Timeout(120)
class CallbackTests {

    private static final String LIES =
            "{\"event\":\"failed\",\"jobId\":\"%s\",\"status\":\"FAILED\",\"error\":\"a lie\"}";

    /** All that a forger could wish to change of these jobs and of their team's budget; others' deliveries go on. */
    private static final String EVERYTHING = """
            select md5(string_agg(line, '' order by line)) from (
                select g::text as line from generation g where id in (:ids)
                union all select p::text from window_period p
                    where tenant_id = (select id from tenant where name = 'alpha')
                union all select j::text from journal_entry j where generation_id in (:ids)
                union all select o::text from orphan_job o where generation_id in (:ids) or upstream_job_id in (:ids)
                union all select d::text from webhook_delivery d where generation_id in (:ids)) all_lines
            """;

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private VendorCallbackUrls callbacks;

    private Client client;

    @BeforeEach
    void connect() {
        client = new Client(port, RunningGateway.KEY);
    }

    @Test
    void forgedReplayedDoubledAndShuffledCallsChangeNothingOfEndedAndUnknownJobs() throws Exception {
        List<String> ids = new ArrayList<>();
        for (String prompt : List.of("a fox", "[fail] a fox", "[cancel] a fox")) {
            ids.add(client.order("\"prompt\":\"" + prompt + "\""));
        }
        client.await(ids.get(0), "COMPLETED");
        client.await(ids.get(1), "FAILED");
        client.await(ids.get(2), "CANCELLED");
        ids.add(UUID.randomUUID().toString());
        await().atMost(Duration.ofSeconds(20)).until(this::isNothingOpen); // of the tests before
        String before = everything(ids);

        List<HttpRequest.Builder> calls = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String id = ids.get(i % ids.size());
            byte[] body = LIES.formatted(id).getBytes(StandardCharsets.UTF_8);
            String signature = i % 3 == 0
                    ? Sha256.sign("another key", body)
                    : Sha256.sign(SimulatedApiframe.DEFAULT_API_KEY, body);
            calls.add(call(tokenOf(id), body, signature));
            calls.add(call(tokenOf(id), body, signature));
        }
        Collections.shuffle(calls, new Random(5));
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            List<Future<Answer>> answers = calls.stream()
                    .map(call -> threads.submit(() -> Client.send(call)))
                    .toList();
            for (Future<Answer> answer : answers) {
                statuses.add(answer.get().status());
            }
        }

        assertThat(statuses).hasSize(1000).containsOnly(204, 401);
        assertThat(Collections.frequency(statuses, 401)).isEqualTo(334);
        assertThat(everything(ids)).isEqualTo(before);
    }

    @Test
    void noFlippedByteOfTheSignatureOrTheTokenPasses() throws Exception {
        String id = client.order("\"prompt\":\"a fox\"");
        client.await(id, "COMPLETED");
        byte[] body = LIES.formatted(id).getBytes(StandardCharsets.UTF_8);
        byte[] signature = HexFormat.of().parseHex(Sha256.sign(SimulatedApiframe.DEFAULT_API_KEY, body));
        byte[] token = Base64.getUrlDecoder().decode(tokenOf(id));

        for (int i = 0; i < signature.length; i++) {
            byte[] forged = signature.clone();
            forged[i] ^= 1;
            assertThat(send(tokenOf(id), body, "sha256=" + HexFormat.of().formatHex(forged)))
                    .isEqualTo(401);
        }
        for (int i = 0; i < token.length; i++) {
            byte[] forged = token.clone();
            forged[i] ^= 1;
            String guessed = Base64.getUrlEncoder().withoutPadding().encodeToString(forged);
            assertThat(send(guessed, body, HexFormat.of().formatHex(signature))).isEqualTo(404);
        }
        assertThat(send(tokenOf(id), body, null)).isEqualTo(401);
        assertThat(send("x", body, HexFormat.of().formatHex(signature))).isEqualTo(404);
        assertThat(send(tokenOf(id), new byte[70_000], HexFormat.of().formatHex(signature)))
                .isEqualTo(413);
    }

    @Test
    void aGenuineCallMakesAnOpenGenerationDueAndAForgedOneDoesNot() throws Exception {
        GenerationId id = lost(Duration.ofHours(1));
        byte[] body = LIES.formatted(id).getBytes(StandardCharsets.UTF_8);
        String before = rowOf(id);

        assertThat(send(tokenOf(id.toString()), body, Sha256.sign("another key", body)))
                .isEqualTo(401);
        assertThat(rowOf(id)).isEqualTo(before);

        assertThat(send(tokenOf(id.toString()), body, Sha256.sign(SimulatedApiframe.DEFAULT_API_KEY, body)))
                .isEqualTo(204);

        // Its 202 was lost; the hint has it sent again, and the vendor's truth, not the call's lie, ends it.
        assertThat(client.await(id.toString(), "COMPLETED").path("error").isNull())
                .isTrue();
        assertThat(RunningGateway.vendor().vendor().jobsByIdempotencyKey(id.toString()))
                .hasSize(1);
    }

    @Test
    void theVendorsOwnCallSettlesAJobThatNobodyLooksAt() {
        String id = client.order("\"prompt\":\"a fox\"");
        await().until(() -> jdbc.sql("""
                update upstream_sweep set due_at = now() + interval '1 hour' where not sweeping
                """).update() == 1);

        for (long until = System.nanoTime() + Duration.ofSeconds(20).toNanos();
                !client.get("/v2/jobs/" + id).json().path("status").asString().equals("COMPLETED"); ) {
            assertThat(System.nanoTime()).as("settled in time").isLessThan(until);
        }
    }

    @Test
    void whatTheVendorSaysOfOurUrlIsHidden() {
        String token = tokenOf(UUID.randomUUID().toString());
        String url = "http://localhost:" + port + "/callbacks/apiframe/" + token;

        assertThat(redacted("webhookUrl " + url + " is not reachable"))
                .isEqualTo("webhookUrl [hidden] is not reachable");
        assertThat(redacted("no route to /x/" + token)).isEqualTo("no route to /x/[hidden]");
    }

    private String redacted(String words) {
        return callbacks
                .redact(new Refusal(ProblemCode.VALIDATION_FAILED, words, Map.of(), null, true))
                .error();
    }

    /** A generation whose answer from the vendor was lost, and which nobody looks at for that long. */
    private GenerationId lost(Duration forHowLong) {
        GenerationId id = new GenerationId(UUID.randomUUID());
        jdbc.sql("""
                        select verdict from admit_generation(:id, (select tenant_id from api_key where sha256 = :sha256),
                            (select id from api_key where sha256 = :sha256), null, :sha256, null, null, 'kling-v1', 1, 2,
                            :upstream, :request, gen_random_uuid(), true)
                        """)
                .param("id", id.value())
                .param("sha256", Sha256.of(RunningGateway.KEY))
                .param("upstream", "http://not.yet.example")
                .param("request", "{\"prompt\":\"lost\",\"model\":\"kling-image\"}".getBytes(StandardCharsets.UTF_8))
                .query(String.class)
                .single();
        jdbc.sql("""
                        update generation
                           set state = 'SENDING', attempt = 1, in_doubt = true, upstream = :upstream,
                               due_at = now() + make_interval(secs => :secs)
                         where id = :id
                        """)
                .param("id", id.value())
                .param("secs", forHowLong.toSeconds())
                .param("upstream", RunningGateway.vendor().baseUrl())
                .update();
        return id;
    }

    private String rowOf(GenerationId id) {
        return jdbc.sql("select g::text from generation g where id = :id")
                .param("id", id.value())
                .query(String.class)
                .single();
    }

    private boolean isNothingOpen() {
        return jdbc.sql("""
                        select not exists (select from generation where completed_at is null and upstream = :upstream
                               and tenant_id = (select id from tenant where name = 'alpha'))
                        """)
                .param("upstream", RunningGateway.vendor().baseUrl())
                .query(Boolean.class)
                .single();
    }

    private String everything(List<String> ids) {
        return jdbc.sql(EVERYTHING)
                .param("ids", ids.stream().map(UUID::fromString).toList())
                .query(String.class)
                .single();
    }

    private String tokenOf(String id) {
        return callbacks.token(new VendorCallbackUrls.Subject(
                new VendorIdempotencyKey(UUID.fromString(id)), new TenantId(new UUID(0, 1))));
    }

    private int send(String token, byte[] body, @Nullable String signature) {
        return Client.send(call(token, body, signature)).status();
    }

    private HttpRequest.Builder call(String token, byte[] body, @Nullable String signature) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/callbacks/apiframe/" + token))
                .header("Content-Type", "application/json")
                .header("X-Webhook-Event", "failed")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        return signature == null ? request : request.header("X-Webhook-Signature", signature);
    }
}
