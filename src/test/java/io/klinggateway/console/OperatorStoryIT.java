package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.tenant.Tenants;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stories of an operator, from the first page to the last, in a browser. */
@EnabledIf(value = "io.klinggateway.console.Browser#isHere", disabledReason = "there is no Chromium here")
@Tag("slow")
class OperatorStoryIT extends ConsoleStory {

    OperatorStoryIT(Environment environment, JdbcClient database, Tenants tenants) {
        super(environment, database, tenants);
    }

    @Test
    void aWrongSecretIsRefusedAtTheSignIn() {
        operator.go("/console");
        operator.look("sign-in");
        signIn(operator, "no such token at all");
        operator.await("neither a valid key nor a valid token");
        operator.look("sign-in-refused");
        signIn(operator, ConsoleTest.TOKEN);
        operator.awaitPath("/console/operator");
    }

    @Test
    void anOperatorCreatesATeamWhoseKeyIsShownOnce() {
        operatorSignsIn();
        operator.press("Teams");
        operator.press("Create a team");
        operator.look("tenant-new");
        operator.fill("name", "design");
        operator.fill("limit", "none");
        operator.press("Create");
        operator.await("must be a whole number");
        operator.look("tenant-new-refused");
        operator.fill("limit", "1,000");
        operator.press("Create");
        operator.await("The team is created");
        operator.press("Issue a key");
        operator.look("key-new");
        operator.fill("name", "studio");
        operator.press("Issue");
        operator.await("Copy the key now");
        operator.look("key-issued");
        String key = operator.find("#key").getText();
        operator.go(operator.path());
        assertThat(operator.find("#key").getText()).isEqualTo(key);
        operator.press("I have stored it");
        operator.await("The key is not shown any more");
        assertThat(operator.text()).doesNotContain(key);

        team.go("/console");
        signIn(team, key);
        team.await("No jobs yet");
    }

    @Test
    void anOperatorSeesATeamsSpendAndJobs() {
        completedJob(newTeam("watched"));
        operatorSignsIn();
        operator.await("watched");
        operator.press("The numbers");
        operator.look("overview");
        operator.go("/console/operator/tenants");
        operator.look("tenants");
        operator.press("watched");
        operator.await("Completed");
        operator.go("/console/operator/tenants/watched/jobs");
        operator.look("tenant-jobs");
        operator.find("tbody a.id").click();
        operator.await("Only the team can see the prompt");
        operator.look("job");
    }

    @Test
    void anOperatorGrantsCreditsWhichJournalAndAuditShow() {
        completedJob(newTeam("granted"));
        operatorSignsIn();
        operator.go("/console/operator/tenants/granted");
        grant(operator, "500", "launch week");
        operator.await("granted for this period");
        operator.await("1,494 left");
        grant(operator, "lots", "launch week");
        operator.look("tenant-refused");
        operator.go("/console/operator/tenants/granted");
        operator.look("tenant");
        operator.press("Full journal");
        operator.await("launch week");
        operator.look("tenant-journal");
        operator.press("Audit");
        operator.await("operator alice granted 500 credits to granted");
        operator.press("What changed");
        operator.look("audit");
    }

    @Test
    void aTeamAsksForCreditsAndHasThemInThreePresses() {
        teamSignsIn(newTeam("asking"));
        operatorSignsIn();
        team.fill("credits", "500");
        team.fill("reason", "launch week");
        team.press("Ask for credits");
        team.await("The operators are asked");
        team.look("team-home-asked");
        operator.go("/console/operator");
        operator.look("overview-requests");
        operator.press("Answer");
        operator.await("asks for 500 credits");
        operator.look("requests");
        operator.find("input[name=reason]").sendKeys("until December");
        operator.press("Grant");
        operator.await("The credits are granted");
        operator.look("requests-answered");
        team.go("/console/team");
        team.await("Granted");
        team.await("1,500");
        team.press("All requests");
        team.look("team-credit-requests");
    }

    @Test
    void aKeyIsBoundToNetworks() {
        teamSignsIn(newTeam("bound"));
        operatorSignsIn();
        operator.go("/console/operator/tenants/bound");
        operator.press("Networks");
        operator.fill("allowedNetworks", "10.20.0.1/16");
        operator.press("Change the networks");
        operator.await("not 10.20.0.1/16");
        operator.look("key-networks-refused");
        operator.fill("allowedNetworks", "10.20.0.0/16, 2001:db8::/32");
        operator.press("Change the networks");
        operator.await("networks are changed");
        operator.await("10.20.0.0/16, 2001:db8::/32");
        operator.look("tenant-networks");
        team.press("Jobs");
        team.await("Your session has ended");
    }

    @Test
    void aRevokedKeyEndsItsSessions() {
        teamSignsIn(newTeam("revoked"));
        operatorSignsIn();
        operator.go("/console/operator/tenants/revoked");
        operator.press("Rotate");
        operator.look("key-rotate");
        operator.press("No, go back");
        operator.press("Revoke");
        operator.await("This cannot be undone");
        operator.look("confirm");
        operator.press("Revoke");
        operator.await("The key is revoked");
        team.press("Jobs");
        team.await("Your session has ended");
        team.look("session-ended");
    }

    @Test
    void anOperatorSuspendsATeamAndActivatesItAgain() {
        newTeam("suspended");
        operatorSignsIn();
        operator.go("/console/operator/tenants/suspended");
        operator.press("Suspend…");
        operator.press("Suspend");
        operator.await("The team is suspended");
        operator.press("Activate");
        operator.await("active again");
    }

    @Test
    void anOperatorDecidesAboutAJobInReviewAndTriesAWebhookAgain() {
        var alpha = new Client(port, RunningGateway.KEY);
        String lost = alpha.order("\"prompt\":\"a ship in the fog\"");
        assertThat(database.sql("""
                                update generation set state = 'IN_REVIEW', upstream_job_id = null, due_at = null,
                                       error = 'the vendor has not known the job for 10 minutes'
                                 where id = ? and state in ('QUEUED', 'PROCESSING')
                                """).param(UUID.fromString(lost)).update()).isEqualTo(1);
        String untold =
                alpha.order("\"prompt\":\"a letter\",\"webhookUrl\":\"http://localhost:1/nobody-listens-here\"");
        alpha.await(untold, "COMPLETED");
        operatorSignsIn();
        operator.press("In review");
        operator.await("alpha");
        operator.look("reviews");
        operator.press(lost.substring(0, 13) + "…");
        operator.await("The decision is final");
        operator.look("verdict");
        operator.fill("capture-reason", "seen at the vendor");
        operator.press("Capture and complete");
        operator.await("is required: the vendor's job to settle from is not known");
        operator.fill("release-reason", "the vendor never made it");
        operator.press("Release and fail");
        operator.await("The job is resolved");
        operator.look("reviews-empty");
        assertThat(alpha.get("/v2/jobs/" + lost).json().path("status").asString())
                .isEqualTo("FAILED");

        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            operator.go("/console/operator/deliveries");
            assertThat(operator.text()).contains("nobody-listens-here");
        });
        operator.look("deliveries");
        operator.press("Retry now");
        operator.await("The webhook is being retried");
    }

    @Test
    void anOperatorCancelsAllThatATeamHasWaiting() {
        var beta = new Client(port, RunningGateway.OTHER_KEY);
        try (VendorPause pause = VendorPause.begin(database)) {
            String job = beta.order("\"prompt\":\"a script that ran away\"");
            beta.order("\"prompt\":\"a script that ran away\"");
            beta.order("\"prompt\":\"a script that ran away\"");
            operatorSignsIn();
            await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                operator.go("/console/operator");
                assertThat(operator.text())
                        .contains("Nothing is sent to the vendor for another", "Waiting jobs by team")
                        .contains("waiting, the oldest for", "calls per minute");
            });
            operator.look("overview-paused");
            pause.refuseAccount();
            await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                operator.go("/console/operator");
                assertThat(operator.text()).contains("The vendor refuses the gateway's account");
            });
            operator.look("overview-refused");

            operator.press("beta");
            operator.await("3 waiting in the queue, 0 running at the vendor");
            operator.look("tenant-waiting");
            operator.press("Cancel all waiting jobs…");
            operator.await("3 waiting jobs will be cancelled");
            operator.await("6 credits will be returned to the team's budget");
            operator.look("confirm-cancel-waiting");
            operator.fill("reason", " ");
            operator.press("Cancel all waiting jobs");
            operator.await("reason");
            operator.look("confirm-cancel-waiting-refused");
            operator.fill("reason", "a script ran away");
            operator.press("Cancel all waiting jobs");
            operator.await("3 jobs cancelled. The credits are returned.");
            operator.await("0 waiting in the queue");
            operator.look("tenant-cancelled");
            assertThat(beta.get("/v2/jobs/" + job).json().path("status").asString())
                    .isEqualTo("CANCELLED");
            operator.go("/console/operator/audit?tenant=beta");
            operator.await("cancelled all waiting jobs of beta");
            operator.await("a script ran away");
        }
    }
}
