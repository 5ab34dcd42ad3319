package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stories of an operator and of a team, from the first page to the last, in a browser. */
@ConsoleTest
@EnabledIf(value = "io.klinggateway.console.Browser#isHere", disabledReason = "there is no Chromium here")
class ConsoleStoryTests {

    private static final String LIGHTHOUSE = "a lighthouse at dusk, oil painting";
    private static final String A_JOB = "/console/team/jobs/[0-9a-f-]{36}";

    /** The operator's and the team's, for all stories. */
    private static final List<Browser> BROWSERS = new ArrayList<>();

    private final int port;
    private final JdbcClient database;
    private final Tenants tenants;
    private final Browser operator;
    private final Browser team;

    ConsoleStoryTests(Environment environment, JdbcClient database, Tenants tenants) {
        this.port = environment.getRequiredProperty("local.server.port", Integer.class);
        this.database = database;
        this.tenants = tenants;
        this.operator = browser(0);
        this.team = browser(1);
    }

    private Browser browser(int number) {
        if (number < BROWSERS.size()) {
            return BROWSERS.get(number).anew();
        }
        BROWSERS.add(Browser.open("http://localhost:" + port));
        return BROWSERS.getLast();
    }

    @AfterEach
    void nothingWasFoundWrong() {
        assertThat(operator.faults()).isEmpty();
        assertThat(team.faults()).isEmpty();
    }

    @AfterAll
    static void close() {
        BROWSERS.forEach(Browser::close);
        BROWSERS.clear();
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
        operator.press("Continue");
        operator.await("studio");
        assertThat(operator.text()).doesNotContain(key);

        team.go("/console");
        signIn(team, key);
        team.await("No jobs yet");
    }

    @Test
    void aTeamWithoutJobsIsToldSo() {
        teamSignsIn(newTeam("newcomers"));
        team.await("No jobs yet");
        team.look("team-home-empty");
        team.press("Jobs");
        team.look("team-jobs-empty");
    }

    @Test
    void aTeamTriesAPromptAndSeesItsImages() {
        teamSignsIn(newTeam("painters"));
        team.press("Try a prompt");
        team.awaitPath("/console/team/try");
        team.fill("prompt", LIGHTHOUSE);
        team.choose("n", "3");
        team.await("6 credits");
        team.await("1,000 left for this key");
        team.await("\"n\": 3");
        team.look("team-try");
        team.press("Generate");
        team.awaitPath(A_JOB);
        team.await("6 credits held");
        team.look("team-job-open");
        team.await("Completed");
        team.await("6 credits paid");
        team.look("team-job");
        assertThat(team.all(".images img")).hasSize(3);
        assertThat(
                        team.run(
                                "return [...document.querySelectorAll('.images img')].every(i => i.complete && i.naturalWidth > 0)"))
                .isEqualTo(true);
    }

    @Test
    void theFormPricesWhatItShowsAndIsEmptyForWhoComesAnew() {
        teamSignsIn(newTeam("triers"));
        team.press("Try a prompt");
        team.awaitPath("/console/team/try");
        team.fill("prompt", LIGHTHOUSE);
        team.choose("n", "3");
        team.await("6 credits");
        team.press("Generate");
        team.awaitPath(A_JOB);
        team.back();
        team.awaitPath("/console/team/try");
        team.await("2 credits");
        team.fill("prompt", "a lighthouse at dawn");
        team.choose("n", "2");
        team.await("4 credits");
        team.press("Jobs");
        team.press("Try a prompt");
        assertThat(team.find("#prompt").getDomProperty("value")).isEmpty();
    }

    @Test
    void aTeamAsksForTheSameAgain() {
        String key = newTeam("repeaters");
        completedJob(key);
        teamSignsIn(key);
        team.press("Jobs");
        team.find("a.card").click();
        team.awaitPath(A_JOB);
        team.press("Repeat this request");
        assertThat(team.find("#prompt").getDomProperty("value")).isEqualTo(LIGHTHOUSE);
        assertThat(team.find("#n").getDomProperty("value")).isEqualTo("3");
        team.press("Jobs");
        team.await("a lighthouse at dusk");
        team.look("team-jobs");
    }

    @Test
    void aTeamSeesWhatItHasSpent() {
        String key = newTeam("spenders");
        completedJob(key);
        teamSignsIn(key);
        team.press("Spend");
        team.await("6 credits spent");
        assertThat(team.all(".plot canvas")).hasSize(1);
        assertThat(team.find(".u-legend").getText()).isEqualTo("studio");
        team.press("The numbers");
        team.look("team-home");
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
        operator.await("credits.grant");
        operator.press("What changed");
        operator.look("audit");
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
    void whatIsNowhereIsNotFoundAndWhoSignsOutIsOut() {
        operatorSignsIn();
        operator.go("/console/operator/nowhere");
        operator.await("Not found");
        operator.look("not-found");
        operator.press("Sign out");
        operator.awaitPath("/console/sign-in");
        operator.go("/console/operator");
        operator.awaitPath("/console/sign-in\\?next=.*");
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
        operator.press(lost);
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
    void aTeamCancelsAJobThatWaits() {
        try (VendorPause _ = VendorPause.begin(database)) {
            team.go("/console/team/try");
            signIn(team, RunningGateway.OTHER_KEY);
            team.awaitPath("/console/team/try");
            team.fill("prompt", "a harbour in the rain");
            team.choose("n", "2");
            team.press("Generate");
            team.awaitPath(A_JOB);
            team.await("It waits in the queue. It is next");
            team.await("Nothing was sent yet");
            team.look("team-job-waiting");
            String job = team.path();
            team.press("Jobs");
            team.await("1 waiting in the queue, 0 running at the vendor. It is likely to start");
            team.look("team-jobs-waiting");
            team.press("Spend");
            team.await("1 waiting in the queue");
            team.look("team-home-waiting");

            team.go(job);
            team.press("Cancel…");
            team.await("nothing was sent to the vendor");
            team.await("Your 4 credits will be returned");
            team.look("team-cancel");
            team.press("No, go back");
            team.await("It waits in the queue");
            team.press("Cancel…");
            team.press("Cancel the job");
            team.awaitPath(job);
            team.await("Cancelled while it waited in the queue");
            team.await("4 credits returned");
            assertThat(team.text()).doesNotContain("It waits in the queue");
            team.look("team-job-cancelled");
            team.press("Jobs");
            assertThat(team.text()).doesNotContain("waiting in the queue");
        }
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
            operator.await("queue.cancel");
            operator.await("a script ran away");
        }
    }

    @Test
    void whatATeamHasTypedOutlivesItsSession() {
        team.go("/console/team/try");
        team.awaitPath("/console/sign-in.*");
        signIn(team, RunningGateway.KEY);
        team.awaitPath("/console/team/try");
        team.fill("prompt", "a whole page of thoughts");
        team.choose("n", "4");
        team.await("8 credits");

        database.sql("delete from spring_session").update();
        team.press("Generate");
        team.await("Your session has ended");
        signIn(team, RunningGateway.KEY);
        team.awaitPath("/console/team/try");
        assertThat(team.find("#prompt").getDomProperty("value")).isEqualTo("a whole page of thoughts");
        assertThat(team.find("#n").getDomProperty("value")).isEqualTo("4");
        team.await("8 credits");

        database.sql("delete from spring_session").update();
        team.fill("prompt", "thoughts of its neighbour");
        team.await("Your session has ended");
        signIn(team, RunningGateway.OTHER_KEY);
        team.awaitPath("/console/team/try");
        assertThat(team.find("#prompt").getDomProperty("value")).isEmpty();
    }

    private void operatorSignsIn() {
        operator.go("/console");
        signIn(operator, ConsoleTest.TOKEN);
        operator.awaitPath("/console/operator");
    }

    private void teamSignsIn(String key) {
        team.go("/console");
        signIn(team, key);
        team.awaitPath("/console/team");
    }

    /** With 1,000 credits a month. @return its key, called "studio" */
    private String newTeam(String name) {
        Tenant tenant = tenants.register(name, new Budget(PeriodKind.MONTH, new Credits(1_000), ZoneId.of("UTC")));
        String key = "kg_key_of_" + name + "_00000000000000000000000000000000";
        tenants.registerKey(tenant, "studio", Sha256.hex(key));
        return key;
    }

    /** Of three images, for 6 credits. */
    private void completedJob(String key) {
        Client client = new Client(port, key);
        client.await(client.order("\"prompt\":\"" + LIGHTHOUSE + "\",\"klingImageParams\":{\"n\":3}"), "COMPLETED");
    }

    private static void signIn(Browser browser, String secret) {
        browser.fill("secret", secret);
        browser.press("Sign in");
    }

    private static void grant(Browser operator, String credits, String reason) {
        if (operator.all("details[open] #credits").isEmpty()) {
            operator.press("Grant or correct credits");
        }
        // The page is to say what is wrong, not only the browser.
        operator.run("document.getElementById('credits').removeAttribute('pattern'); return 1");
        operator.fill("credits", credits);
        operator.fill("reason", reason);
        operator.press("Record");
    }
}
