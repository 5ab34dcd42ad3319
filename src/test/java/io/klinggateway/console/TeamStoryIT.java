package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.FileForm;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.tenant.Tenants;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stories of a team, from the first page to the last, in a browser. */
@EnabledIf(value = "io.klinggateway.console.Browser#isHere", disabledReason = "there is no Chromium here")
@Tag("slow")
class TeamStoryIT extends ConsoleStory {

    private static final String ALL_LOADED =
            "Promise.all([...document.querySelectorAll('.images img')].map(i => i.decode())).then(() => true, () => false)";

    TeamStoryIT(Environment environment, JdbcClient database, Tenants tenants) {
        super(environment, database, tenants);
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
        team.await("Result");
        team.go((String) team.run("return document.querySelector('#result .heading a').getAttribute('href')"));
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
        generate();
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
    void aTeamBringsAPictureAndUsesAnImageAsTheNextReference() throws IOException {
        Path picture = Files.createTempFile("lighthouse", ".png");
        ImageIO.write(new BufferedImage(640, 400, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        Path large = Files.createTempFile("large", ".png");
        Files.write(large, FileForm.png(26 << 20));
        teamSignsIn(newTeam("bringers"));
        team.press("Try a prompt");
        team.awaitPath("/console/team/try");
        team.fill("prompt", LIGHTHOUSE);
        team.find("#file").sendKeys(large.toString());
        team.await("has 26.0 MB; at most 25 MB are taken");
        team.look("team-try-too-large");
        team.find("#file").sendKeys(picture.toString());
        team.await("Uploaded:");
        team.await("kling-v1 is known to take no reference image");
        assertThat(team.find("#image").getDomProperty("value")).contains("/uploads/");
        team.look("team-try-picked");
        team.choose("model_name", "kling-v2");
        generate();
        team.await("Use as reference");
        team.look("team-job-reference");
        team.press("Use as reference");
        team.awaitPath("/console/team/try\\?reference=.*");
        assertThat(team.find("#image").getDomProperty("value")).contains("/files/");
        assertThat(team.find("#model_name").getDomProperty("value")).isEqualTo("kling-v2");
        Files.delete(picture);
        Files.delete(large);
    }

    @Test
    void aTeamsImagesStayWhenTheVendorHasDeletedItsOwn() throws IOException {
        Path picture = Files.createTempFile("harbour", ".png");
        ImageIO.write(new BufferedImage(64, 40, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        teamSignsIn(newTeam("keepers"));
        team.press("Try a prompt");
        team.awaitPath("/console/team/try");
        team.fill("prompt", LIGHTHOUSE);
        team.choose("model_name", "kling-v2");
        team.choose("n", "2");
        team.find("#file").sendKeys(picture.toString());
        team.await("Uploaded:");
        generate();
        String page = team.path();
        UUID job = UUID.fromString(page.substring(page.lastIndexOf('/') + 1));

        theVendorPurges(job);
        team.go(page);
        team.await("Download all (ZIP)");
        team.look("team-job-kept");

        assertThat(team.run("return [...document.querySelectorAll('.images img')].length"))
                .isEqualTo(2L);
        assertThat(team.answer(ALL_LOADED)).isEqualTo(true);
        assertThat(team.answer(fetched("a[aria-label=\"Download image 1\"]")))
                .isEqualTo("200 image/png attachment; filename=\"" + job + "-1.png\"");
        assertThat(team.answer(fetched("a[href$=\".zip\"]")))
                .isEqualTo("200 application/zip attachment; filename=\"" + job + ".zip\"");
        team.press("Use as reference");
        team.awaitPath("/console/team/try\\?reference=.*");
        assertThat(team.find("#image").getDomProperty("value"))
                .startsWith("http://localhost:" + port + "/v2/pictures/" + job + "/1.png?expires=");
        Files.delete(picture);
    }

    /** Until the job has ended, on whose page the team is then. */
    private void generate() {
        team.press("Generate");
        team.await("Completed");
        team.press("Open job");
        team.awaitPath(A_JOB);
    }

    private static String fetched(String link) {
        return "fetch(document.querySelector('" + link + "').href).then(a => a.status + ' '"
                + " + a.headers.get('content-type') + ' ' + a.headers.get('content-disposition'))";
    }

    /** Once they are copied, and as the gateway is told when it next reads the job. */
    private void theVendorPurges(UUID job) {
        await().until(
                        () -> database.sql(
                                        "select count(*) from picture where generation_id = :job and state = 'STORED'")
                                .param("job", job)
                                .query(Long.class)
                                .single(),
                        stored -> stored == 2);
        database.sql("update picture set vendor_until = gateway_now() where generation_id = :job")
                .param("job", job)
                .update();
        RunningGateway.vendor()
                .vendor()
                .purge(database.sql("update generation set expired = true where id = :job returning upstream_job_id")
                        .param("job", job)
                        .query(UUID.class)
                        .single());
    }

    @Test
    void aTeamAsksForTheSameAgain() {
        String key = newTeam("repeaters");
        completedJob(key);
        teamSignsIn(key);
        team.press("Jobs");
        team.find(".card a").click();
        team.awaitPath(A_JOB);
        team.press("Use prompt again");
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
    void aTeamCancelsAJobThatWaits() {
        try (VendorPause _ = VendorPause.begin(database)) {
            team.go("/console/team/try");
            signIn(team, RunningGateway.OTHER_KEY);
            team.awaitPath("/console/team/try");
            team.fill("prompt", "a harbour in the rain");
            team.choose("n", "2");
            team.press("Generate");
            team.await("It waits in the queue. It is next");
            team.look("team-try-waiting");
            team.press("Cancel");
            team.await("Cancelled while it waited in the queue");
            assertThat(team.text()).doesNotContain("It waits in the queue.");
            team.press("Generate");
            team.await("It waits in the queue. It is next");
            team.press("Open job");
            team.awaitPath(A_JOB);
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
        // All at once: the first change that the page sees takes the form away.
        team.run("const prompt = document.getElementById('prompt'); prompt.value = 'thoughts of its neighbour';"
                + " prompt.dispatchEvent(new Event('input', {bubbles: true})); return 1");
        team.await("Your session has ended");
        signIn(team, RunningGateway.OTHER_KEY);
        team.awaitPath("/console/team/try");
        assertThat(team.find("#prompt").getDomProperty("value")).isEmpty();
    }
}
