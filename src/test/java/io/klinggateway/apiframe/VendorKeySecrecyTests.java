package io.klinggateway.apiframe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static io.klinggateway.apiframe.VendorClients.KEY;
import static io.klinggateway.apiframe.VendorClients.apiframe;
import static io.klinggateway.apiframe.VendorClients.settings;
import static io.klinggateway.apiframe.VendorClients.submit;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The company's key leaves in one header and nowhere else, even if the vendor throws it back at us. */
@ExtendWith(OutputCaptureExtension.class)
class VendorKeySecrecyTests {

    private static final WireMockServer vendor = new WireMockServer(options().dynamicPort());
    private static final VendorJobId JOB = new VendorJobId(new UUID(0, 1));

    @BeforeAll
    static void open() {
        vendor.start();
    }

    @AfterAll
    static void close() {
        vendor.stop();
    }

    @BeforeEach
    void forget() {
        vendor.resetAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 301, 400, 401, 402, 403, 404, 413, 422, 429, 500, 503})
    void noOutcomeShowsAKeyThatTheVendorEchoes(int status, CapturedOutput output) {
        vendor.stubFor(any(anyUrl())
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Retry-After", KEY)
                        .withBody("""
                        {"error": "key %1$s is wrong", "jobId": "%1$s", "status": "%1$s",
                         "details": {"%1$s": ["bad %1$s", ["%1$s"]]}}
                        """.formatted(KEY))));

        assertThat(submit(apiframe(vendor.baseUrl())).toString()).doesNotContain(KEY);
        assertThat(output.getAll()).doesNotContain(KEY);
    }

    @Test
    void theRestOfTheVendorsWordsStays() {
        vendor.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400).withBody("""
                {"error": "key %1$s is wrong", "details": {"key %1$s": ["bad %1$s"]}}
                """.formatted(KEY))));
        assertThat(submit(apiframe(vendor.baseUrl())))
                .isEqualTo(new Invalid("key [hidden] is wrong", Map.of("key [hidden]", List.of("bad [hidden]"))));

        vendor.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(401).withBody("""
                {"error": "key %s is wrong"}
                """.formatted(KEY))));
        assertThat(submit(apiframe(vendor.baseUrl()))).isEqualTo(new Denied(401, "key [hidden] is wrong"));
    }

    @Test
    void aKeyAtTheEndOfALongTextIsNotCutInHalf() {
        String text = "x".repeat(1000 - KEY.length() / 2) + KEY;
        vendor.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(400).withBody("""
                        {"error": "%1$s", "details": {"prompt": ["%1$s"]}}
                        """.formatted(text))));

        assertThat(submit(apiframe(vendor.baseUrl())).toString()).doesNotContain(KEY.substring(0, KEY.length() / 2));
    }

    @Test
    void noReadingShowsAKeyThatTheVendorEchoes() {
        vendor.stubFor(any(anyUrl()).willReturn(okJson("""
                {"id": "%2$s", "status": "FAILED", "error": "key %1$s is wrong",
                 "result": {"images": ["https://cdn2.apiframe.ai/%1$s.png"]}}
                """.formatted(KEY, JOB))));

        JobReading reading = apiframe(vendor.baseUrl()).read(JOB, () -> true);

        assertThat(reading)
                .isInstanceOfSatisfying(
                        Found.class,
                        found -> assertThat(shown(found.job()))
                                .doesNotContain(KEY)
                                .contains("key [hidden] is wrong"));
    }

    @Test
    void noListingShowsAKeyThatTheVendorEchoesInAJob() {
        vendor.stubFor(any(anyUrl()).willReturn(okJson("""
                {"jobs": [{"id": "%2$s", "status": "FAILED", "error": "key %1$s is wrong",
                           "result": {"images": ["https://cdn2.apiframe.ai/%1$s.png"]}}]}
                """.formatted(KEY, JOB))));

        JobListing listing = apiframe(vendor.baseUrl()).list(null);

        assertThat(listing)
                .isInstanceOfSatisfying(
                        JobListing.Page.class,
                        page -> assertThat(shown(page.jobs().getFirst()))
                                .doesNotContain(KEY)
                                .contains("key [hidden] is wrong"));
    }

    /** All that is told of a job; its own text leaves most of it out. */
    private static String shown(VendorJob job) {
        return job + " " + job.error() + " " + job.images();
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void noFailureShowsTheKey(Fault fault, CapturedOutput output) {
        vendor.stubFor(any(anyUrl()).willReturn(aResponse().withStatus(202).withFault(fault)));

        assertThat(submit(apiframe(vendor.baseUrl())).toString()).doesNotContain(KEY);
        assertThat(output.getAll()).doesNotContain(KEY);
    }

    @Test
    void theClientsOwnLogsDoNotShowTheKeyEvenInDetail(CapturedOutput output) {
        vendor.stubFor(any(anyUrl()).willReturn(okJson("{}")));
        Logger web = (Logger) LoggerFactory.getLogger("org.springframework.web");
        Level before = web.getLevel();
        web.setLevel(Level.TRACE);
        try {
            submit(apiframe(vendor.baseUrl()));
            submit(apiframe("http://localhost:1"));
        } finally {
            web.setLevel(before);
        }

        assertThat(output.getAll()).contains("/v2/images/generate").doesNotContain(KEY);
    }

    @Test
    void theSettingsDoNotShowTheKey() {
        assertThat(settings("https://api.apiframe.ai").toString())
                .contains("https://api.apiframe.ai")
                .doesNotContain(KEY);
    }
}
