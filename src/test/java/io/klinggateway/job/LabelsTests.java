package io.klinggateway.job;

import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import io.klinggateway.running.Answer;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a team names its jobs by. */
@GatewayTest
class LabelsTests {

    private static final String HEADER = "X-Gateway-Labels";

    private final Gateway gateway;
    private Client client;

    LabelsTests(Gateway gateway) {
        this.gateway = gateway;
        this.client = gateway.stranger();
    }

    @BeforeEach
    void newTenant() {
        client = gateway.newTenant(1000);
    }

    @Test
    void aJobShowsItsLabelsAndTheVendorNeverSeesThem() {
        String prompt = "a labelled fox " + UUID.randomUUID();
        UUID job = client.accepted(
                "{\"prompt\": \"" + prompt + "\", \"model\": \"kling-image\"}", HEADER, "shot=12, project=spring");
        gateway.finishVendorJobs();

        Answer shown = client.awaitStatus(job, "COMPLETED");

        assertThat(shown.json().path("labels").toString()).isEqualTo("{\"project\":\"spring\",\"shot\":\"12\"}");
        assertThat(shown.json().path("input").toString()).doesNotContain("spring");
        assertThat(gateway.door()
                        .findAll(postRequestedFor(urlEqualTo("/v2/images/generate"))
                                .withRequestBody(containing(prompt))))
                .isNotEmpty()
                .allSatisfy(sent -> assertThat(sent.getBodyAsString() + sent.getHeaders())
                        .doesNotContainIgnoringCase("labels")
                        .doesNotContain("spring"));
    }

    @Test
    void aJobWithoutLabelsHasTheVendorsFieldsOnly() {
        assertThat(client.job(client.accepted(Gateway.FOX)).json().has("labels"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "project | not \"project\"",
                "=spring | not \"=spring\"",
                "project= | not \"project=\"",
                "project=a=b | not \"project=a=b\"",
                "Project=spring | not \"Project=spring\"",
                "1st=spring | not \"1st=spring\"",
                "project=two words | not \"project=two words\"",
                "project=spring,,shot=1 | not \"\"",
                "project=spring, | not \"\"",
                "project=a,project=b | must name \"project\" once",
                "a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8,i=9 | must be at most 8 pairs, not 9"
            })
    void anInvalidLabelIsNamedAndNothingIsHeld(String labels, String message) {
        assertRefused(labels, message);
    }

    @Test
    void namesAndValuesAreBounded() {
        assertThat(client.accepted(Gateway.FOX, HEADER, "n".repeat(32) + "=" + "v".repeat(64)))
                .isNotNull();
        assertRefused("n".repeat(33) + "=v", "a name is [a-z][a-z0-9_-]{0,31}");
        assertRefused("n=" + "v".repeat(65), "not \"n=vvv");
        assertRefused("n=" + "v".repeat(5000), "vvv…\"");
        assertRefused("", "not \"\"");
    }

    private void assertRefused(String labels, String message) {
        Gateway.Books before = client.books();

        Answer refused = client.generate(Gateway.FOX, HEADER, labels).expect(400);

        assertThat(refused.code()).isEqualTo("validation_failed");
        assertThat(refused.json().path("details").path(HEADER).path(0).asString(""))
                .contains(message);
        assertThat(client.books()).isEqualTo(before);
    }

    @Test
    void theFirstCallsLabelsStay() {
        String key = UUID.randomUUID().toString();
        UUID first = client.accepted(Gateway.FOX, "Idempotency-Key", key, HEADER, "project=spring");

        Answer again = client.generate(Gateway.FOX, "Idempotency-Key", key, HEADER, "project=autumn");
        Answer without = client.generate(Gateway.FOX, "Idempotency-Key", key);

        assertThat(List.of(again.jobId(), without.jobId())).containsOnly(first);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(client.job(first).json().path("labels").toString()).isEqualTo("{\"project\":\"spring\"}");
        assertThat(listed("label=project:autumn")).isEmpty();
    }

    @Test
    void jobsAreListedByTheirLabels() {
        UUID twelve = client.accepted(Gateway.FOX, HEADER, "project=spring,shot=12");
        UUID thirteen = client.accepted(Gateway.FOX, HEADER, "project=spring,shot=13");
        UUID autumn = client.accepted(Gateway.FOX, HEADER, "project=autumn,shot=12");
        client.accepted(Gateway.FOX);
        gateway.newTenant(10).accepted(Gateway.FOX, HEADER, "project=spring,shot=12");

        assertThat(listed("label=project:spring")).containsExactly(thirteen, twelve);
        assertThat(listed("label=shot:12")).containsExactly(autumn, twelve);
        assertThat(listed("label=project:spring&label=shot:12")).containsExactly(twelve);
        assertThat(listed("label=project:spring,shot:13")).containsExactly(thirteen);
        assertThat(listed("label=project:winter")).isEmpty();
        assertThat(listed("label=project:spring&status=COMPLETED")).isEmpty();
        assertThat(listed("label=project:spring&search=" + twelve)).containsExactly(twelve);
        assertThat(listed("label=project:spring&search=" + autumn)).isEmpty();
        gateway.finishVendorJobs();
        client.awaitStatus(twelve, "COMPLETED");
        client.awaitStatus(thirteen, "COMPLETED");
        assertThat(listed("label=project:spring&status=COMPLETED")).containsExactly(thirteen, twelve);
    }

    @Test
    void aListByLabelIsReadPageByPage() {
        List<UUID> jobs = IntStream.range(0, 5)
                .mapToObj(_ -> client.accepted(Gateway.FOX, HEADER, "project=spring"))
                .collect(Collectors.toList());

        Answer first = client.get("/v2/jobs?label=project:spring&limit=3");
        List<UUID> seen = ids(first);
        seen.addAll(listed("label=project:spring&limit=3&cursor=" + first.text("nextCursor")));

        assertThat(seen).isEqualTo(jobs.reversed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "project", "project=spring", "Project:spring", "project:", "a:1,a:2"})
    void aListRefusesWhatIsNoLabel(String label) {
        Answer refused = client.get("/v2/jobs?label=" + label).expect(400);

        assertThat(refused.json().path("details").path("label").path(0).asString(""))
                .startsWith("must be name:value");
    }

    private List<UUID> listed(String query) {
        return ids(client.get("/v2/jobs?" + query).expect(200));
    }

    private static List<UUID> ids(Answer list) {
        return list.json()
                .path("jobs")
                .valueStream()
                .map(job -> UUID.fromString(job.path("id").asString()))
                .collect(Collectors.toList());
    }
}
