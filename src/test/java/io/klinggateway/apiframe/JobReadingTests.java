package io.klinggateway.apiframe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.klinggateway.apiframe.VendorClients.KEY;
import static io.klinggateway.apiframe.VendorClients.PREVIOUS_KEY;
import static io.klinggateway.apiframe.VendorClients.apiframe;
import static io.klinggateway.apiframe.VendorClients.withOneConnection;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.VendorJob.Status;
import io.klinggateway.credits.Credits;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of the vendor to a look at one job means. */
class JobReadingTests extends VendorScenario {

    private static final VendorJobId ID = id(1);

    private Apiframe apiframe = apiframe(vendor.baseUrl());

    @Test
    void aCompletedJobIsReadWhole() {
        show("""
                {"id": "%s", "status": "COMPLETED", "model": "kling-image", "progress": 100,
                 "result": {"images": ["https://cdn2.apiframe.ai/1.png", "https://cdn2.apiframe.ai/2.png"]},
                 "error": null, "creditCost": 4, "webhookStatus": null, "expired": true}
                """.formatted(ID));

        assertThat(read())
                .isEqualTo(new Found(new VendorJob(
                        ID,
                        Status.COMPLETED,
                        100,
                        List.of("https://cdn2.apiframe.ai/1.png", "https://cdn2.apiframe.ai/2.png"),
                        null,
                        new Credits(4),
                        true,
                        null,
                        null)));
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
                .isEqualTo(new Found(new VendorJob(
                        ID, Status.FAILED, null, List.of(), "content policy", Credits.ZERO, false, null, null)));
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

        assertThat(read()).isEqualTo(new Missing(false));
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
        assertThat(apiframe("http://vendor.invalid").read(ID, () -> true)).isInstanceOf(Unavailable.class);
    }

    @Test
    void aJobThatThePresentKeyDoesNotKnowIsAskedForWithThePreviousOne() {
        vendor.stubFor(get(urlEqualTo("/v2/jobs/" + ID))
                .withHeader("X-API-Key", equalTo(PREVIOUS_KEY))
                .willReturn(okJson("""
                        {"id": "%s", "status": "FAILED", "error": "not for %s", "webhookStatus": "sent"}
                        """.formatted(ID, PREVIOUS_KEY))));

        assertThat(found().status()).isEqualTo(Status.FAILED);
        assertThat(found().error()).isEqualTo("not for [hidden]");
        assertThat(apiframe.read(ID, () -> false))
                .as("without another call of the rate")
                .isInstanceOf(Unavailable.class);
    }

    @ParameterizedTest
    @CsvSource({"404, Missing", "401, Missing", "403, Missing", "500, Unavailable", "429, Unavailable"})
    void aPreviousKeyThatIsRevokedTellsNothing(int status, String reading) {
        vendor.stubFor(get(urlEqualTo("/v2/jobs/" + ID))
                .withHeader("X-API-Key", equalTo(PREVIOUS_KEY))
                .willReturn(aResponse().withStatus(status)));

        assertThat(read().getClass().getSimpleName()).isEqualTo(reading);
    }

    @Test
    void thePreviousKeyIsNotAskedForWhatThePresentOneKnows() {
        show(job(ID, "PROCESSING"));

        found();

        vendor.verify(1, getRequestedFor(anyUrl()));
        vendor.verify(0, getRequestedFor(anyUrl()).withHeader("X-API-Key", equalTo(PREVIOUS_KEY)));
    }

    private JobReading read() {
        return apiframe.read(ID, () -> true);
    }

    private VendorJob found() {
        JobReading reading = read();
        assertThat(reading).isInstanceOf(Found.class);
        return ((Found) reading).job();
    }

    private static void show(String job) {
        vendor.stubFor(get(urlEqualTo("/v2/jobs/" + ID)).willReturn(okJson(job)));
    }

    private static String job(VendorJobId id, String status) {
        return "{\"id\":\"%s\",\"status\":\"%s\"}".formatted(id, status);
    }

    private static VendorJobId id(int number) {
        return new VendorJobId(new UUID(0, number));
    }
}
