package io.klinggateway.recovery;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.extension.ResponseTransformerV2;
import com.github.tomakehurst.wiremock.http.HttpHeader;
import com.github.tomakehurst.wiremock.http.HttpHeaders;
import com.github.tomakehurst.wiremock.http.Response;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.queue.Dispatcher;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import io.klinggateway.simulator.SimulatedApiframe;
import io.klinggateway.simulator.SimulatedJob;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A gateway, a backup of its database, and a vendor that goes on after it. The vendor's list shows no input, as documented; a
 * single read shows it, unless its prompt is hidden.
 */
final class RecoveryScenario implements AutoCloseable {

    static final String KEY = "kg_test_alpha_0000000000000000000000000000000000000";
    static final String HIDDEN = "[hidden] ";
    private static final String OPERATOR = "an-operators-token-0123456789";
    private static final Duration SOON = Duration.ofSeconds(20);

    private final SimulatedApiframe vendor = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ofMillis(20))
            .processingFor(Duration.ofMillis(50))
            .build()
            .start();
    private final WireMockServer line =
            new WireMockServer(options().dynamicPort().extensions(new WhatTheVendorShows()));
    private final HttpClient http = HttpClient.newHttpClient();

    RecoveryScenario() {
        line.start();
        line.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse().proxiedFrom(vendor.baseUrl())));
    }

    /** Takes the inputs out of lists, and those with a hidden prompt out of single reads. */
    private static final class WhatTheVendorShows implements ResponseTransformerV2 {

        @Override
        public Response transform(Response response, ServeEvent event) {
            String path = event.getRequest().getUrl();
            if (!path.startsWith("/v2/jobs") || response.getStatus() != 200) {
                return response;
            }
            JsonNode body = JsonMapper.shared().readTree(response.getBodyAsString());
            if (path.startsWith("/v2/jobs/")) {
                hide(body);
            } else {
                body.path("jobs").forEach(job -> ((ObjectNode) job).remove("input"));
            }
            return Response.Builder.like(response)
                    .but()
                    .body(body.toString().getBytes(StandardCharsets.UTF_8))
                    .headers(new HttpHeaders(new HttpHeader("Content-Type", "application/json")))
                    .build();
        }

        private static void hide(JsonNode job) {
            if (job.path("input").path("prompt").asString("").startsWith(HIDDEN)) {
                ((ObjectNode) job).remove("input");
            }
        }

        @Override
        public String getName() {
            return "what the vendor shows";
        }
    }

    Replica start(TestDatabase database, @Nullable String since) {
        Replica.Settings settings = Replica.Settings.of(database, line.baseUrl())
                .with("apiframe.requests-per-minute", 60_000)
                .with("gateway.public-url", "http://localhost:1")
                .with("gateway.admin.token", OPERATOR)
                .with("gateway.orphans.grace", "0s")
                .with("gateway.orphans.check-interval", "10ms")
                .tenant("alpha", "MONTH", 1_000, "test", KEY);
        return Replica.start(since == null ? settings : settings.with("gateway.recovery.since", since));
    }

    static Client team(Replica replica) {
        return replica.client(KEY);
    }

    static Answer operator(Replica replica, String method, String path, String body) {
        return replica.client(null)
                .send(
                        method,
                        "/admin/v1" + path,
                        HttpRequest.BodyPublishers.ofString(body),
                        "Authorization",
                        "Bearer " + OPERATOR,
                        "Content-Type",
                        "application/json");
    }

    /** And holds it against the books. */
    static void readBalance(Replica replica) {
        replica.jdbc()
                .sql("update upstream_account set due_at = gateway_now(), read_at = null")
                .update();
        replica.bean("vendorBalanceLoop", BackgroundLoop.class).wake();
        await().atMost(SOON)
                .until(() -> replica.jdbc()
                        .sql("select exists (select from upstream_account where read_at is not null)")
                        .query(Boolean.class)
                        .single());
    }

    // What the queue does

    /** Nothing is sent from now on, and nothing read from the vendor. */
    static void holdQueueBack(Replica replica) {
        replica.jdbc()
                .sql("update upstream_rate set next_call_at = gateway_now() + interval '1 hour'")
                .update();
        await().pollDelay(Duration.ZERO).atMost(SOON).until(replica.bean(Dispatcher.class)::isBusy);
    }

    static void letQueueGo(TestDatabase database) {
        JdbcClient.create(database.dataSource())
                .sql("update upstream_rate set next_call_at = gateway_now()")
                .update();
    }

    /** As if an attempt of one that waits had brought no certain answer; none is made any more. */
    static void loseAnswer(Replica replica, String generation) {
        replica.jdbc().sql("""
                        update generation set state = 'SENDING', in_doubt = true, due_at = gateway_now() + interval '1 hour'
                         where id = ?::uuid
                        """).param(generation).update();
    }

    static void end(Replica replica, String generation) {
        replica.jdbc()
                .sql("select ledger_resolve(?::uuid, 'RELEASE', 0, 'operator', null)")
                .param(generation)
                .query((_, _) -> true)
                .list();
        replica.jdbc()
                .sql("update generation set state = 'FAILED', captured_credits = 0 where id = ?::uuid")
                .param(generation)
                .update();
    }

    // What operators have done in restored books

    static void endWhatWaits(JdbcClient books) {
        books.sql("select ledger_resolve(id, 'RELEASE', 0, 'operator', null) from generation where state = 'WAITING'")
                .query((_, _) -> true)
                .list();
        assertThat(books.sql("update generation set state = 'FAILED', captured_credits = 0 where state = 'WAITING'")
                        .update())
                .isEqualTo(2);
    }

    static void dismissOrphan(JdbcClient books, UUID job) {
        books.sql("""
                        insert into orphan_job (upstream, upstream_job_id, cause, created_at, resolution, resolved_at)
                        select upstream, ?, 'UNKNOWN', gateway_now(), 'DISMISSED', gateway_now() from generation limit 1
                        """).param(job).update();
    }

    // What the vendor has and shows

    StubMapping listFails() {
        return line.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .atPriority(1)
                .willReturn(aResponse().withStatus(503)));
    }

    StubMapping singleReadsFailBut(UUID job) {
        return line.stubFor(get(urlPathMatching("/v2/jobs/(?!" + job + ").+"))
                .atPriority(1)
                .willReturn(aResponse().withStatus(503)));
    }

    boolean wasUsed(StubMapping stub) {
        return line.getAllServeEvents().stream()
                .anyMatch(event -> event.getStubMapping().getId().equals(stub.getId()));
    }

    void works(StubMapping failing) {
        line.removeStub(failing);
    }

    List<SimulatedJob> vendorJobs() {
        return vendor.vendor().jobs().toList();
    }

    List<SimulatedJob> vendorJobs(String prompt) {
        return vendorJobs().stream()
                .filter(job -> job.input().path("prompt").asString().equals(prompt))
                .toList();
    }

    UUID vendorJob(String prompt) {
        List<SimulatedJob> found = vendorJobs(prompt);
        assertThat(found).as(prompt).hasSize(1);
        return found.getFirst().id();
    }

    long vendorTook() {
        return vendor.vendor().totalChargedCredits() - vendor.vendor().totalRefundedCredits();
    }

    /** By somebody else, with the same account. */
    void othersOrder(int jobs, String prompt) {
        try {
            for (int job = 0; job < jobs; job++) {
                HttpRequest order = HttpRequest.newBuilder(URI.create(vendor.baseUrl() + "/v2/images/generate"))
                        .header("X-API-Key", SimulatedApiframe.DEFAULT_API_KEY)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"prompt\":\"" + prompt + "\",\"model\":\"kling-image\"}"))
                        .build();
                assertThat(http.send(order, HttpResponse.BodyHandlers.discarding())
                                .statusCode())
                        .isEqualTo(202);
            }
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    public void close() {
        line.stop();
        vendor.close();
    }
}
