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
import static io.klinggateway.apiframe.VendorClients.KEY;
import static io.klinggateway.apiframe.VendorClients.apiframe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.apiframe.JobListing.Page;
import io.klinggateway.apiframe.JobListing.Unavailable;
import io.klinggateway.apiframe.VendorJob.Status;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of the vendor to a look at its list of jobs means. */
class JobListingTests extends VendorScenario {

    private final Apiframe apiframe = apiframe(vendor.baseUrl());

    @Test
    void aHundredJobsCostOneCall() {
        show("{\"jobs\":[%s],\"nextCursor\":null,\"hasMore\":false}".formatted(jobs(1, 100)));

        assertThat(apiframe.list(null))
                .asInstanceOf(type(Page.class))
                .extracting(Page::jobs)
                .isEqualTo(IntStream.rangeClosed(1, 100)
                        .mapToObj(JobListingTests::completed)
                        .toList());
        vendor.verify(1, getRequestedFor(anyUrl()));
        vendor.verify(
                1,
                getRequestedFor(urlEqualTo("/v2/jobs?limit=100&model=kling-image"))
                        .withHeader("X-API-Key", equalTo(KEY)));
    }

    @Test
    void pagesAreTurnedWithTheCursorAsItWasGiven() {
        String cursor = "2026-07-01T12:00:00+00:00|a/b=c&d é%";
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .withQueryParam("cursor", absent())
                .willReturn(okJson(
                        "{\"jobs\":[%s],\"nextCursor\":\"%s\",\"hasMore\":true}".formatted(jobs(1, 1), cursor))));
        vendor.stubFor(get(urlPathEqualTo("/v2/jobs"))
                .withQueryParam("cursor", equalTo(cursor))
                .willReturn(okJson("{\"jobs\":[%s],\"hasMore\":false}".formatted(jobs(2, 2)))));

        assertThat(apiframe.list(null)).isEqualTo(new Page(List.of(completed(1)), null, cursor));
        assertThat(apiframe.list(cursor)).isEqualTo(new Page(List.of(completed(2)), null, null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true | null",
                "true | 17",
                "false | \"next\"",
                "null | \"next\"",
                "\"yes\" | \"next\"",
            })
    void withoutBothMoreAndACursorAPageIsTheLast(String hasMore, String cursor) {
        show("{\"jobs\":[],\"nextCursor\":%s,\"hasMore\":%s}".formatted(cursor, hasMore));

        assertThat(apiframe.list(null)).isEqualTo(new Page(List.of(), null, null));
    }

    @Test
    void anEntryThatIsNoJobHidesNoOther() {
        show("{\"jobs\":[null,7,{\"id\":\"x\"},%s,%s],\"hasMore\":false}"
                .formatted(job(1, "ARCHIVED", "null"), job(2, "COMPLETED", "null")));

        assertThat(apiframe.list(null)).isEqualTo(new Page(List.of(completed(2)), null, null));
    }

    @Test
    void aPageReachesAsFarBackAsItsLastEntryEvenIfThatIsNoJob() {
        show("{\"jobs\":[%s,%s],\"hasMore\":false}"
                .formatted(
                        job(1, "COMPLETED", "\"2026-07-01T12:00:02.500Z\""),
                        job(2, "ARCHIVED", "\"2026-07-01T14:00:01+02:00\"")));

        assertThat(apiframe.list(null))
                .isEqualTo(new Page(
                        List.of(completed(1, Instant.parse("2026-07-01T12:00:02.500Z"))),
                        Instant.parse("2026-07-01T12:00:01Z"),
                        null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "17", "\"yesterday\"", "\"2026-07-01\"", "{}"})
    void howFarAPageReachesIsUnknownIfTheVendorDoesNotSay(String createdAt) {
        show("{\"jobs\":[%s,%s],\"hasMore\":false}"
                .formatted(job(1, "COMPLETED", "\"2026-07-01T12:00:02Z\""), job(2, "COMPLETED", createdAt)));

        assertThat(apiframe.list(null))
                .isEqualTo(new Page(
                        List.of(completed(1, Instant.parse("2026-07-01T12:00:02Z")), completed(2)), null, null));
    }

    @ParameterizedTest
    @ValueSource(ints = {202, 301, 400, 401, 404, 429, 500, 503})
    void everyOtherStatusSaysNothing(int status) {
        vendor.stubFor(get(anyUrl())
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Location", "/v2/jobs")
                        .withBody("{\"jobs\":[%s]}".formatted(jobs(1, 1)))));

        assertThat(apiframe.list(null)).isEqualTo(new Unavailable("HTTP " + status));
        vendor.verify(1, getRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{}", "{\"jobs\":null}", "{\"jobs\":{}}", "{\"jobs\":["})
    void anAnswerWithoutAListSaysNothing(String body) {
        show(body);

        assertThat(apiframe.list(null)).isEqualTo(new Unavailable("HTTP 200 without a list of jobs"));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBrokenConnectionSaysNothing(Fault fault) {
        vendor.stubFor(get(anyUrl())
                .willReturn(okJson("{\"jobs\":[%s]}".formatted(jobs(1, 1))).withFault(fault)));

        assertThat(apiframe.list(null)).isInstanceOf(Unavailable.class);
        vendor.verify(1, getRequestedFor(anyUrl()));
    }

    @Test
    void anUnreachableVendorSaysNothing() {
        assertThat(apiframe("http://vendor.invalid").list(null)).isInstanceOf(Unavailable.class);
    }

    private static void show(String list) {
        vendor.stubFor(get(anyUrl()).willReturn(okJson(list)));
    }

    private static String jobs(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(number -> job(number, "COMPLETED", "null"))
                .collect(Collectors.joining(","));
    }

    private static String job(int number, String status, String createdAt) {
        return "{\"id\":\"%s\",\"status\":\"%s\",\"createdAt\":%s}".formatted(id(number), status, createdAt);
    }

    private static VendorJob completed(int number) {
        return completed(number, null);
    }

    private static VendorJob completed(int number, @Nullable Instant createdAt) {
        return new VendorJob(id(number), Status.COMPLETED, null, List.of(), null, null, false, createdAt, null);
    }

    private static VendorJobId id(int number) {
        return new VendorJobId(new UUID(0, number));
    }
}
