package io.klinggateway.apiframe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static io.klinggateway.apiframe.VendorClients.KEY;
import static io.klinggateway.apiframe.VendorClients.apiframe;
import static io.klinggateway.apiframe.VendorClients.withOneConnection;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.UpstreamJob.Status;
import io.klinggateway.credits.Credits;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of the vendor to a look at jobs means. */
class JobReadingTests {

    private static final WireMockServer vendor = new WireMockServer(options().dynamicPort());
    private static final UpstreamJobId ID = id(1);

    private Apiframe apiframe = apiframe("http://localhost:1");

    @BeforeAll
    static void open() {
        vendor.start();
    }

    @AfterAll
    static void close() {
        vendor.stop();
    }

    @BeforeEach
    void connect() {
        vendor.resetAll();
        apiframe = apiframe(vendor.baseUrl());
    }

    @Test
    void aCompletedJobIsReadWhole() {
        show("""
                {"id": "%s", "status": "COMPLETED", "model": "kling-image", "progress": 100,
                 "result": {"images": ["https://cdn2.apiframe.ai/1.png", "https://cdn2.apiframe.ai/2.png"]},
                 "error": null, "creditCost": 4, "webhookStatus": null, "expired": true}
                """.formatted(ID));

        assertThat(read())
                .isEqualTo(new Found(new UpstreamJob(
                        ID,
                        Status.COMPLETED,
                        100,
                        List.of("https://cdn2.apiframe.ai/1.png", "https://cdn2.apiframe.ai/2.png"),
                        null,
                        new Credits(4),
                        true)));
        vendor.verify(
                1,
                getRequestedFor(urlEqualTo("/v2/jobs/" + ID))
                        .withHeader("X-API-Key", equalTo(KEY))
                        .withHeader("Accept", equalTo("application/json"))
                        .withHeader("Idempotency-Key", absent()));
    }

    @Test
    void aFailedJobTellsWhy() {
        show("{\"id\":\"%s\",\"status\":\"FAILED\",\"result\":null,\"error\":\"content policy\",\"creditCost\":0}"
                .formatted(ID));

        assertThat(read())
                .isEqualTo(new Found(
                        new UpstreamJob(ID, Status.FAILED, null, List.of(), "content policy", Credits.ZERO, false)));
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void everyStatusOfTheContractIsKnown(Status status) {
        show(job(ID, status.name()));

        assertThat(found().status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null | ",
                "\"https://cdn2.apiframe.ai/1.png\" | https://cdn2.apiframe.ai/1.png",
                "{\"images\": \"https://cdn2.apiframe.ai/1.png\"} | https://cdn2.apiframe.ai/1.png",
                "{\"images\": [\"https://cdn2.apiframe.ai/1.png\", null, 7]} | https://cdn2.apiframe.ai/1.png",
                "{\"images\": [\"https://cdn2.apiframe.ai/\\u00001.png\"]} | https://cdn2.apiframe.ai/1.png",
                "{\"images\": null} | ",
                "{} | ",
                "[] | ",
                "17 | ",
            })
    void aResultMayBeAnObjectAStringOrNothing(String result, @Nullable String image) {
        show("{\"id\":\"%s\",\"status\":\"COMPLETED\",\"result\":%s}".formatted(ID, result));

        assertThat(found().images()).isEqualTo(image == null ? List.of() : List.of(image));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "-1", "1.5", "\"2\"", "true", "99999999999999999999", "{}"})
    void aChargeThatIsNoAmountIsUnknown(String cost) {
        show("{\"id\":\"%s\",\"status\":\"COMPLETED\",\"creditCost\":%s}".formatted(ID, cost));

        assertThat(found().charged()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | 0",
                "45 | 45",
                "45.5 | 46",
                "100 | 100",
                "101 | 100",
                "-3 | 0",
                "1e400 | 100",
                "null | ",
                "\"45\" | ",
            })
    void progressIsAPercentage(String progress, @Nullable Integer percent) {
        show("{\"id\":\"%s\",\"status\":\"PROCESSING\",\"progress\":%s}".formatted(ID, progress));

        assertThat(found().progress()).isEqualTo(percent);
    }

    @Test
    void aNumberBeyondAllMeasureDoesNotHideTheJob() {
        show("{\"id\":\"%s\",\"status\":\"PROCESSING\",\"progress\":%s}".formatted(ID, "9".repeat(400)));

        assertThat(found().status()).isEqualTo(Status.PROCESSING);
    }

    @Test
    void theVendorKnowingNoSuchJobIsMissing() {
        vendor.stubFor(get(anyUrl()).willReturn(aResponse().withStatus(404).withBody("{\"error\":\"Job not found\"}")));

        assertThat(read()).isEqualTo(new Missing());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "<html/>",
                "{\"id\":\"00000000-0000-0000-0000-000000000001\"",
                "{\"id\":\"00000000-0000-0000-0000-000000000001\"}",
                "{\"id\":\"00000000-0000-0000-0000-000000000001\",\"status\":null}",
                "{\"id\":\"00000000-0000-0000-0000-000000000001\",\"status\":\"completed\"}",
                "{\"id\":\"00000000-0000-0000-0000-000000000001\",\"status\":\"ARCHIVED\"}",
                "{\"id\":\"00000000-0000-0000-0000-000000000002\",\"status\":\"COMPLETED\"}",
                "{\"id\":null,\"status\":\"COMPLETED\"}",
            })
    void anAnswerWithoutTheJobSaysNothing(String body) {
        show(body);

        assertThat(read()).isEqualTo(new Unavailable("HTTP 200 without the job"));
    }

    @ParameterizedTest
    @ValueSource(ints = {202, 301, 400, 401, 402, 403, 409, 410, 500, 502, 503})
    void everyOtherStatusSaysNothing(int status) {
        vendor.stubFor(get(anyUrl())
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Location", "/v2/jobs/" + ID)
                        .withBody(job(ID, "COMPLETED"))));

        assertThat(read()).isEqualTo(new Unavailable("HTTP " + status));
        vendor.verify(1, getRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBrokenConnectionSaysNothing(Fault fault) {
        vendor.stubFor(get(anyUrl()).willReturn(okJson(job(ID, "COMPLETED")).withFault(fault)));

        assertThat(read()).isInstanceOf(Unavailable.class);
        vendor.verify(1, getRequestedFor(anyUrl()));
    }

    @Test
    void aSlowVendorSaysNothing() {
        vendor.stubFor(get(anyUrl()).willReturn(okJson(job(ID, "COMPLETED")).withFixedDelay(2_000)));
        apiframe = apiframe(
                withOneConnection(vendor.baseUrl(), Duration.ofMillis(500), Duration.ofSeconds(1)), Clock.systemUTC());

        assertThat(read()).isInstanceOf(Unavailable.class);
    }

    @Test
    void anUnreachableVendorSaysNothing() {
        assertThat(apiframe("http://vendor.invalid").read(List.of(ID)).get(ID)).isInstanceOf(Unavailable.class);
    }

    @Test
    void nothingAskedIsNothingSent() {
        assertThat(apiframe.read(List.of())).isEmpty();
        vendor.verify(0, getRequestedFor(anyUrl()));
    }

    @Test
    void aHundredJobsCostOneCall() {
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs")).willReturn(okJson(list(1, 100, null))));

        assertThat(apiframe.read(ids(1, 100)))
                .hasSize(100)
                .allSatisfy((id, reading) -> assertThat(reading).isEqualTo(new Found(completed(id))));
        vendor.verify(1, getRequestedFor(anyUrl()));
        vendor.verify(1, getRequestedFor(urlEqualTo("/v2/jobs?limit=100&model=kling-image")));
    }

    @Test
    void pagesAreTurnedWithTheCursorAsItWasGiven() {
        String cursor = "2026-07-01T12:00:00+00:00|a/b=c&d é%";
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .withQueryParam("cursor", absent())
                .willReturn(okJson(list(1, 100, cursor))));
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .withQueryParam("cursor", equalTo(cursor))
                .willReturn(okJson(list(101, 200, null))));

        assertThat(apiframe.read(ids(50, 149)))
                .hasSize(100)
                .allSatisfy((id, reading) -> assertThat(reading).isEqualTo(new Found(completed(id))));
        vendor.verify(2, getRequestedFor(anyUrl()));
    }

    @Test
    void whatTheListDoesNotShowIsReadSingly() {
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs")).willReturn(okJson(list(1, 3, null))));
        vendor.stubFor(
                get(urlPathMatching("/v2/jobs/.+")).willReturn(aResponse().withStatus(404)));
        vendor.stubFor(get(urlEqualTo("/v2/jobs/" + id(4))).willReturn(okJson(job(id(4), "QUEUED"))));

        Map<UpstreamJobId, JobReading> readings = apiframe.read(ids(1, 5));

        assertThat(readings).hasSize(5).containsEntry(id(3), new Found(completed(id(3))));
        assertThat(readings.get(id(4))).isInstanceOf(Found.class);
        assertThat(readings.get(id(5))).isEqualTo(new Missing());
        vendor.verify(3, getRequestedFor(anyUrl()));
    }

    @Test
    void anEntryOfTheListThatIsNoJobHidesNoOther() {
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .willReturn(okJson("{\"jobs\":[null,7,{\"id\":\"x\"},%s,%s],\"hasMore\":false}"
                        .formatted(job(id(1), "ARCHIVED"), job(id(2), "COMPLETED")))));
        vendor.stubFor(
                get(urlPathMatching("/v2/jobs/.+")).willReturn(aResponse().withStatus(500)));

        Map<UpstreamJobId, JobReading> readings = apiframe.read(ids(1, 3));

        assertThat(readings)
                .containsEntry(id(1), new Unavailable("HTTP 500"))
                .containsEntry(id(2), new Found(completed(id(2))))
                .containsEntry(id(3), new Unavailable("HTTP 500"));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 429, 500, 503})
    void aListThatFailsIsNotMadeUpForBySingleCalls(int status) {
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs")).willReturn(aResponse().withStatus(status)));

        assertThat(apiframe.read(ids(1, 50)))
                .hasSize(50)
                .allSatisfy((_, reading) -> assertThat(reading).isEqualTo(new Unavailable("no list of jobs")));
        vendor.verify(1, getRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{}", "{\"jobs\":null}", "{\"jobs\":{}}"})
    void aListThatIsNoneIsNotMadeUpForBySingleCalls(String body) {
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs")).willReturn(okJson(body)));

        assertThat(apiframe.read(ids(1, 50)))
                .hasSize(50)
                .allSatisfy((_, reading) -> assertThat(reading).isInstanceOf(Unavailable.class));
        vendor.verify(1, getRequestedFor(anyUrl()));
    }

    @Test
    void aVendorThatTurnsPagesForEverIsFollowedOnlySoFar() {
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs")).willReturn(okJson(list(900, 999, "again"))));
        vendor.stubFor(
                get(urlPathMatching("/v2/jobs/.+")).willReturn(aResponse().withStatus(404)));

        apiframe.read(ids(1, 3));

        vendor.verify(2, getRequestedFor(urlPathEqualTo("/v2/jobs")));
    }

    private JobReading read() {
        Map<UpstreamJobId, JobReading> readings = apiframe.read(List.of(ID));
        assertThat(readings).containsOnlyKeys(ID);
        return readings.values().iterator().next();
    }

    private UpstreamJob found() {
        JobReading reading = read();
        assertThat(reading).isInstanceOf(Found.class);
        return ((Found) reading).job();
    }

    private static void show(String job) {
        vendor.stubFor(get(urlEqualTo("/v2/jobs/" + ID)).willReturn(okJson(job)));
    }

    private static String list(int first, int last, @Nullable String nextCursor) {
        String jobs = ids(first, last).stream().map(id -> job(id, "COMPLETED")).collect(Collectors.joining(","));
        return "{\"jobs\":[%s],\"nextCursor\":%s,\"hasMore\":%s}"
                .formatted(jobs, nextCursor == null ? "null" : "\"" + nextCursor + "\"", nextCursor != null);
    }

    private static String job(UpstreamJobId id, String status) {
        return "{\"id\":\"%s\",\"status\":\"%s\"}".formatted(id, status);
    }

    private static UpstreamJob completed(UpstreamJobId id) {
        return new UpstreamJob(id, Status.COMPLETED, null, List.of(), null, null, false);
    }

    private static Collection<UpstreamJobId> ids(int first, int last) {
        Stream<UpstreamJobId> ids = IntStream.rangeClosed(first, last).mapToObj(JobReadingTests::id);
        return ids.toList();
    }

    private static UpstreamJobId id(int number) {
        return new UpstreamJobId(new UUID(0, number));
    }
}
