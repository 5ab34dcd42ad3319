package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A team finds its jobs by their labels. */
@ConsoleTest
class JobLabelsTests {

    @LocalServerPort
    private int port;

    @Test
    void aJobShowsItsLabelsWhichLeadToAllThatHaveThem() {
        var alpha = new Client(port, RunningGateway.KEY);
        String spring = labelled(alpha, "project=spring-42,shot=1");
        String other = labelled(alpha, "project=autumn-42");
        var team = Session.signedIn("http://localhost:" + port, RunningGateway.KEY);

        assertThat(team.get("/console/team/jobs/" + spring).body())
                .contains("project=spring-42", "shot=1", "/console/team/jobs?label=project:spring-42");
        assertThat(team.get("/console/team/jobs?label=project:spring-42").body())
                .contains(spring, "value=\"project:spring-42\"")
                .doesNotContain(other);
        assertThat(team.get("/console/team/jobs?label=spring").body())
                .contains("The label must be name:value", "aria-invalid=\"true\"", other);
    }

    private static String labelled(Client client, String labels) {
        return client.post(
                        "/v2/images/generate",
                        "{\"model\":\"kling-image\",\"prompt\":\"a fox\"}",
                        "X-Gateway-Labels",
                        labels)
                .expect(202)
                .text("jobId");
    }
}
