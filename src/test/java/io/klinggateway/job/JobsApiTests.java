package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@GatewayTest
class JobsApiTests {

    private final Gateway gateway;
    private Client client;

    JobsApiTests(Gateway gateway) {
        this.gateway = gateway;
        this.client = gateway.stranger();
    }

    @BeforeEach
    void newTenant() {
        client = gateway.newTenant(1000);
    }

    @Test
    void aListShowsTheNewestFirstInTheVendorsShape() {
        var jobs = order(3);
        gateway.finishVendorJobs();
        jobs.forEach(id -> client.awaitStatus(id, "COMPLETED"));

        var page = client.get("/v2/jobs").json();

        assertThat(page.propertyNames()).containsExactly("jobs", "nextCursor", "hasMore");
        assertThat(page.get("nextCursor").isNull()).isTrue();
        assertThat(page.get("hasMore").booleanValue()).isFalse();
        assertThat(ids(page)).isEqualTo(jobs.reversed());
        assertThat(page.get("jobs").get(0)).isEqualTo(client.job(jobs.getLast()).json());
    }

    @Test
    void nobodysListIsEmpty() {
        var page = client.get("/v2/jobs").json();

        assertThat(page.get("jobs").size()).isZero();
        assertThat(page.get("nextCursor").isNull()).isTrue();
    }

    @Test
    void pagesStayRightWhileJobsAreAdded() {
        var before = order(7);
        List<UUID> seen = new ArrayList<>();
        var path = "/v2/jobs?limit=3";

        var page = client.get(path).json();
        seen.addAll(ids(page));
        while (page.get("hasMore").booleanValue()) {
            order(2);
            page = client.get(path + "&cursor=" + page.get("nextCursor").stringValue())
                    .json();
            seen.addAll(ids(page));
        }

        assertThat(seen).isEqualTo(before.reversed());
    }

    /** Jobs of one instant are told apart by their ids. */
    @Test
    void pagesStayRightWhenManyJobsShareAnInstant() {
        var jobs = order(6);
        gateway.database()
                .sql("update generation set created_at = '2026-06-17 12:00:00.123456+00' where tenant_id = ?")
                .param(client.tenant().id().value())
                .update();
        List<UUID> seen = new ArrayList<>();
        var cursor = "";
        JsonNode page;
        do {
            page = client.get("/v2/jobs?limit=1" + cursor).json();
            seen.addAll(ids(page));
            cursor = "&cursor=" + page.get("nextCursor").asString("");
        } while (page.get("hasMore").booleanValue());

        assertThat(seen).hasSize(6).doesNotHaveDuplicates();
        assertThat(new HashSet<>(seen)).isEqualTo(new HashSet<>(jobs));
    }

    @Test
    void aPageHasTwentyJobsUnlessAskedOtherwise() {
        order(22);

        assertThat(client.get("/v2/jobs").json().get("jobs").size()).isEqualTo(20);
        assertThat(client.get("/v2/jobs?limit=1").json().get("jobs").size()).isEqualTo(1);
        assertThat(client.get("/v2/jobs?limit=100").json().get("jobs").size()).isEqualTo(22);
        var exact = client.get("/v2/jobs?limit=22").json();
        assertThat(exact.get("hasMore").booleanValue()).isFalse();
        assertThat(exact.get("nextCursor").isNull()).isTrue();
    }

    @Test
    void filtersNarrowTheList() {
        var failed = client.accepted("{\"prompt\": \"[fail]\", \"model\": \"kling-image\"}");
        var completed = client.accepted(Gateway.FOX);
        gateway.finishVendorJobs();
        client.awaitStatus(failed, "FAILED");
        client.awaitStatus(completed, "COMPLETED");
        var open = client.accepted(Gateway.FOX);

        assertThat(listed("status=FAILED")).containsExactly(failed);
        assertThat(listed("status=COMPLETED")).containsExactly(completed);
        assertThat(listed("status=CANCELLED")).isEmpty();
        assertThat(listed("search=" + completed)).containsExactly(completed);
        assertThat(listed("search=" + completed + "&status=FAILED")).isEmpty();
        assertThat(listed("search=" + UUID.randomUUID())).isEmpty();
        assertThat(listed("model=kling-image")).containsExactly(open, completed, failed);
        assertThat(listed("model=other")).isEmpty();
        assertThat(listed("scope=user")).isEqualTo(listed("scope=team")).hasSize(3);
        assertThat(listed("include_models=true")).isEqualTo(listed("include_models=false"));
    }

    @Test
    void filtersHoldAcrossPages() {
        var open = order(3);
        gateway.finishVendorJobs();
        open.forEach(id -> client.awaitStatus(id, "COMPLETED"));
        order(1);

        var first = client.get("/v2/jobs?status=COMPLETED&limit=2").json();
        var second = client.get("/v2/jobs?status=COMPLETED&limit=2&cursor="
                        + first.get("nextCursor").stringValue())
                .json();

        assertThat(ids(first)).containsExactly(open.get(2), open.get(1));
        assertThat(ids(second)).containsExactly(open.get(0));
    }

    @ParameterizedTest
    @CsvSource({
        "status=DONE, status",
        "status=completed, status",
        "status=, status",
        "status=IN_REVIEW, status",
        "limit=0, limit",
        "limit=101, limit",
        "limit=-1, limit",
        "limit=ten, limit",
        "limit=1.5, limit",
        "limit=99999999999, limit",
        "cursor=x, cursor",
        "cursor=AAAA, cursor",
        "cursor=________________________________, cursor",
        "search=fox, search",
        "search=1-1-1-1-1, search",
        "scope=world, scope",
        "include_models=yes, include_models",
    })
    void aWrongParameterIsNamed(String query, String parameter) {
        var answer = client.get("/v2/jobs?" + query);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("validation_failed");
        assertThat(answer.json().get("details").propertyNames()).containsExactly(parameter);
    }

    @Test
    void allWrongParametersAreNamedAtOnce() {
        var answer = client.get("/v2/jobs?status=x&limit=x&cursor=x&search=x&scope=x&include_models=x");

        assertThat(answer.json().get("details").propertyNames())
                .containsExactlyInAnyOrder("status", "limit", "cursor", "search", "scope", "include_models");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fox", "1-1-1-1-1", "00000000-0000-0000-0000-00000000000g"})
    void anIdThatIsNoUuidIsInvalid(String id) {
        var answer = client.get("/v2/jobs/" + id);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("details").propertyNames()).containsExactly("id");
    }

    @Test
    void anUnknownJobIsNotFound() {
        var answer = client.job(UUID.randomUUID());

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("error")).isEqualTo("Job not found");
    }

    private List<UUID> order(int count) {
        return IntStream.range(0, count)
                .mapToObj(_ -> client.accepted(Gateway.FOX))
                .toList();
    }

    private List<UUID> listed(String query) {
        return ids(client.get("/v2/jobs?" + query).json());
    }

    private static List<UUID> ids(JsonNode page) {
        return page.get("jobs").values().stream()
                .map(job -> UUID.fromString(job.get("id").stringValue()))
                .toList();
    }
}
