package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Books;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two tenants, every endpoint: neither learns that the other exists. */
@GatewayTest
class TenantIsolationTests {

    private final Gateway gateway;
    private Client one;
    private Client other;

    TenantIsolationTests(Gateway gateway) {
        this.gateway = gateway;
        this.one = gateway.stranger();
        this.other = gateway.stranger();
    }

    @BeforeEach
    void newTenants() {
        one = gateway.newTenant(10);
        other = gateway.newTenant(20);
    }

    @Test
    void anothersJobIsNotFoundJustAsOneThatNeverWas() {
        var job = one.accepted(Gateway.FOX);

        var others = other.job(job);
        var nobodys = other.job(UUID.randomUUID());

        assertThat(others.status()).isEqualTo(404);
        assertThat(withoutRequestId(others.body(), others.text("requestId")))
                .isEqualTo(withoutRequestId(nobodys.body(), nobodys.text("requestId")));
        assertThat(one.job(job).status()).isEqualTo(200);
    }

    /** Reads that come together share a query. */
    @Test
    void anothersJobStaysUnseenAmongReadsOfItsOwner() {
        var job = one.accepted(Gateway.FOX);

        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            var statuses = IntStream.range(0, 200)
                    .mapToObj(read -> CompletableFuture.supplyAsync(
                            () -> (read % 2 == 0 ? one : other).job(job).status(), readers))
                    .toList();

            for (int read = 0; read < statuses.size(); read++) {
                assertThat(statuses.get(read).join()).isEqualTo(read % 2 == 0 ? 200 : 404);
            }
        }
    }

    @Test
    void anothersJobStaysUnseenWhenItHasEnded() {
        var job = one.accepted(Gateway.FOX);
        gateway.finishVendorJobs();
        one.awaitStatus(job, "COMPLETED");

        assertThat(other.job(job).status()).isEqualTo(404);
        assertThat(other.get("/v2/jobs?status=COMPLETED").json().get("jobs").size())
                .isZero();
    }

    @Test
    void listsShowOnlyTheCallersJobs() {
        var mine = one.accepted(Gateway.FOX);
        var theirs = other.accepted(Gateway.FOX);

        for (var query : List.of("", "?scope=team", "?scope=user", "?model=kling-image", "?limit=100")) {
            assertThat(one.get("/v2/jobs" + query).body())
                    .contains(mine.toString())
                    .doesNotContain(theirs.toString());
            assertThat(other.get("/v2/jobs" + query).body())
                    .contains(theirs.toString())
                    .doesNotContain(mine.toString());
        }
    }

    @Test
    void searchFindsOnlyTheCallersJobs() {
        var job = one.accepted(Gateway.FOX);

        assertThat(other.get("/v2/jobs?search=" + job).json().get("jobs").size())
                .isZero();
        assertThat(one.get("/v2/jobs?search=" + job).json().get("jobs").size()).isEqualTo(1);
    }

    @Test
    void anothersCursorShowsOnlyTheCallersJobs() {
        var theirs = other.accepted(Gateway.FOX);
        one.accepted(Gateway.FOX);
        one.accepted(Gateway.FOX);
        var cursor = one.get("/v2/jobs?limit=1").text("nextCursor");
        assertThat(cursor).isNotEmpty();

        var page = other.get("/v2/jobs?cursor=" + cursor).json();

        assertThat(page.get("jobs").values().stream().map(job -> job.get("id").stringValue()))
                .containsExactly(theirs.toString());
    }

    @Test
    void idempotencyKeysAreTheTenantsOwn() {
        var mine = one.accepted(Gateway.FOX, "Idempotency-Key", "key");

        var theirs = other.generate("{\"prompt\": \"a hen\", \"model\": \"kling-image\"}", "Idempotency-Key", "key");

        assertThat(theirs.status()).isEqualTo(202);
        assertThat(theirs.header("Idempotent-Replayed")).isEmpty();
        assertThat(theirs.text("jobId")).isNotEqualTo(mine.toString());
        assertThat(other.generate(Gateway.FOX, "Idempotency-Key", "key").status())
                .isEqualTo(409);
    }

    @Test
    void creditsAreTheTenantsOwn() {
        one.accepted(Gateway.FOX);

        assertThat(one.books()).isEqualTo(new Books(10, 2, 0, 8));
        assertThat(other.books()).isEqualTo(new Books(20, 0, 0, 20));
        assertThat(one.get("/v2/credits").text("tenant")).isEqualTo(one.tenant().name());
        assertThat(one.get("/v2/me").json().get("team").get("credits").longValue())
                .isEqualTo(8);
        assertThat(other.get("/v2/me").json().get("team").get("credits").longValue())
                .isEqualTo(20);
    }

    @Test
    void anEmptyBudgetStopsItsTenantOnly() {
        var poor = gateway.newTenant(0);

        assertThat(poor.generate(Gateway.FOX).status()).isEqualTo(402);
        assertThat(other.generate(Gateway.FOX).status()).isEqualTo(202);
    }

    @Test
    void meNamesTheCallerAndNobodyElse() {
        var mine = one.get("/v2/me").json();
        var theirs = other.get("/v2/me").json();

        assertThat(mine.get("team").get("name").stringValue())
                .isEqualTo(one.tenant().name());
        for (var part : List.of("user", "team", "apiKey")) {
            assertThat(mine.get(part).get("id")).isNotEqualTo(theirs.get(part).get("id"));
        }
    }

    private static String withoutRequestId(String body, String requestId) {
        return body.replace(requestId, "");
    }
}
