package io.klinggateway.apiframe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.klinggateway.apiframe.VendorClients.BODY;
import static io.klinggateway.apiframe.VendorClients.IDEMPOTENCY_KEY;
import static io.klinggateway.apiframe.VendorClients.JOB;
import static io.klinggateway.apiframe.VendorClients.KEY;
import static io.klinggateway.apiframe.VendorClients.apiframe;
import static io.klinggateway.apiframe.VendorClients.settings;
import static io.klinggateway.apiframe.VendorClients.submit;
import static io.klinggateway.apiframe.VendorClients.withOneConnection;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.InDoubt;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of the vendor to a submission means. */
class SubmitOutcomeTests extends VendorScenario {

    private static final VendorJobId JOB_ID = new VendorJobId(UUID.fromString(JOB));
    private static final String ACCEPTED = "{\"jobId\":\"" + JOB + "\",\"status\":\"QUEUED\"}";
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-07-01T12:00:00Z"), ZoneOffset.UTC);

    private final Apiframe apiframe = apiframe(settings(vendor.baseUrl()), CLOCK);

    /** Whatever came of it: the HTTP client itself never sends a request again. */
    @AfterEach
    void theVendorSawEachSubmissionOnce() {
        await().pollDelay(Duration.ZERO).untilAsserted(() -> vendor.verify(1, postRequestedFor(anyUrl())));
        assertThat(vendor.getAllServeEvents())
                .allSatisfy(event -> assertThat(event.getRequest().getUrl()).startsWith("/v2/"));
    }

    @Test
    void theRequestCarriesTheKeysAndExactlyTheGivenBytes() {
        answer(202, ACCEPTED);

        submit(apiframe);

        vendor.verify(postRequestedFor(urlEqualTo("/v2/images/generate"))
                .withHeader("X-API-Key", equalTo(KEY))
                .withHeader("Accept", equalTo("application/json"))
                .withHeader("Content-Type", equalTo("application/json"))
                .withHeader("Idempotency-Key", equalTo(IDEMPOTENCY_KEY)));
        assertThat(vendor.getAllServeEvents().getFirst().getRequest().getBody()).isEqualTo(BODY);
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202})
    void aJobIdMeansAccepted(int status) {
        answer(status, ACCEPTED);

        assertThat(submit(apiframe)).isEqualTo(new Accepted(JOB_ID));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROCESSING", "COMPLETED", "SOMETHING_NEW", ""})
    void aReplaysStatusDoesNotMatter(String status) {
        answer(202, "{\"jobId\":\"" + JOB + "\",\"status\":\"" + status + "\",\"more\":[]}");

        assertThat(submit(apiframe)).isEqualTo(new Accepted(JOB_ID));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/octet-stream",
                "application/problem+json",
                "text/html;charset=x-unknown"
            })
    void aJobIdCountsWhateverTheContentTypeSays(String contentType) {
        answer(aResponse()
                .withStatus(202)
                .withHeader("Content-Type", contentType)
                .withBody(ACCEPTED));

        assertThat(submit(apiframe)).isEqualTo(new Accepted(JOB_ID));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[]",
                "null",
                "{}",
                "\"" + JOB + "\"",
                "<html><body>202</body></html>",
                "{\"jobId\":null}",
                "{\"jobId\":17}",
                "{\"jobId\":\"\"}",
                "{\"jobId\":\"job-1\"}",
                "{\"jobId\":[\"" + JOB + "\"]}",
                "{\"jobId\":{\"id\":\"" + JOB + "\"}}",
                "{\"jobId\":\"7b0c3a52-1f5e-4c52-9a51-0a8f6f0f3f1\"}",
                "{\"jobId\":\"7b0c3a521-1f5e-4c52-9a51-0a8f6f0f3f1\"}",
                "{\"jobId\":\"7b0c3a52-1f5e-4c52-9a51-0a8f6f0f3f1g\"}",
                "{\"job\":\"" + JOB + "\"}",
                "{\"jobId\":\"" + JOB,
            })
    void successWithoutAJobIdIsInDoubt(String body) {
        answer(202, body);

        assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
    }

    @Test
    void anEmptyAnswerWithoutContentTypeIsUnknown() {
        answer(aResponse().withStatus(202));

        assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
    }

    @Test
    void aSuccessCutOffByItsLengthIsUnknown() {
        answer(aResponse().withStatus(202).withHeader("Content-Length", "500").withBody(ACCEPTED));

        assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
    }

    @Test
    void anEndlessAnswerIsUnknown() {
        answer(202, ACCEPTED + " ".repeat(5 * 1024 * 1024));

        assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                201, 203, 204, 206, 300, 301, 302, 303, 304, 307, 308, 405, 406, 408, 409, 410, 418, 425, 431, 451, 499,
                500, 501, 502, 503, 504, 520, 599
            })
    void whatTheContractDoesNotNameIsInDoubtEvenWithAJobId(int status) {
        answer(aResponse()
                .withStatus(status)
                .withHeader("Location", "/elsewhere")
                .withBody(ACCEPTED));

        assertThat(submit(apiframe)).isEqualTo(new InDoubt("HTTP " + status));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 413, 422})
    void aRefusalOfTheBytesIsInvalidWithTheVendorsWords(int status) {
        answer(status, """
                {"error": "Validation failed",
                 "details": {"prompt": ["too short", "too dull"], "klingImageParams.n": "at most 4", "odd": [1, null]}}
                """);

        assertThat(submit(apiframe))
                .isEqualTo(new Invalid(
                        "Validation failed",
                        Map.of(
                                "prompt",
                                List.of("too short", "too dull"),
                                "klingImageParams.n",
                                List.of("at most 4"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | ''",
                "400 | <html>Bad Request</html>",
                "413 | {\"error\": 5, \"details\": [\"no object\"]}",
                "422 | {\"error\": {\"message\": \"nested\"}, \"details\": null}",
                "422 | {\"error\": \" \"}",
                "400 | []",
                "400 | {\"err",
            })
    void aRefusalOfTheBytesIsInvalidEvenWithoutWords(int status, String body) {
        answer(status, body);

        assertThat(submit(apiframe)).isEqualTo(new Invalid("The vendor refused the request", Map.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 402, 403, 404})
    void aRefusalOfTheAccountIsDenied(int status) {
        answer(status, "{\"error\": \"Insufficient credits\", \"creditsRequired\": 8, \"creditsAvailable\": 3}");

        assertThat(submit(apiframe)).isEqualTo(new Denied(status, "Insufficient credits"));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 402, 403, 404})
    void aRefusalOfTheAccountIsDeniedEvenWithoutWords(int status) {
        answer(status, "gone");

        assertThat(submit(apiframe)).isEqualTo(new Denied(status, ""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "7 | PT7S",
                "0 | PT0S",
                "Wed, 01 Jul 2026 12:00:30 GMT | PT30S",
                "Wed, 01 Jul 2026 11:00:00 GMT | PT0S",
                "86400000 | PT1H",
                "99999999999999999999 | PT1H",
                "in a while | ",
                " | ",
            })
    void aRateLimitIsThrottledForAsLongAsTheVendorAsks(String header, Duration expected) {
        ResponseDefinitionBuilder limit = aResponse().withStatus(429).withBody("{\"error\":\"Too many requests\"}");
        answer(header == null ? limit : limit.withHeader("Retry-After", header));

        assertThat(submit(apiframe)).isEqualTo(new Throttled(expected));
    }

    @Test
    void anAnswerAfterTheResponseTimeoutIsUnknown() {
        answer(aResponse().withStatus(202).withBody(ACCEPTED).withFixedDelay(4_000));

        assertThat(submit(impatient())).isInstanceOf(InDoubt.class);
    }

    @Test
    void anAnswerAfterTheDeadlineIsUnknown() {
        answer(aResponse().withStatus(202).withBody(ACCEPTED).withFixedDelay(3_000));

        assertThat(submit(apiframe, Duration.ofSeconds(1))).isInstanceOf(InDoubt.class);
    }

    @Test
    void aBodyThatDribblesPastTheResponseTimeoutIsUnknown() {
        answer(aResponse().withStatus(202).withBody(ACCEPTED).withChunkedDribbleDelay(20, 4_000));

        assertThat(submit(impatient())).isInstanceOf(InDoubt.class);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBrokenConnectionIsUnknown(Fault fault) {
        answer(aResponse().withStatus(202).withBody(ACCEPTED).withFault(fault));

        assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 402, 429})
    void aRefusalWhoseBodyBreaksOffIsNoRefusal(int status) {
        answer(aResponse().withStatus(status).withFault(Fault.MALFORMED_RESPONSE_CHUNK));

        assertThat(submit(apiframe)).isInstanceOf(InDoubt.class);
    }

    private static Apiframe impatient() {
        return apiframe(withOneConnection(vendor.baseUrl(), Duration.ofMillis(1_500), Duration.ofSeconds(1)), CLOCK);
    }

    private static void answer(int status, String body) {
        answer(aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body));
    }

    private static void answer(ResponseDefinitionBuilder response) {
        vendor.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(500)));
        vendor.stubFor(post(urlEqualTo("/v2/images/generate")).willReturn(response));
    }
}
