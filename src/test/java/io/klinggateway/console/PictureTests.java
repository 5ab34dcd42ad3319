package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Client;
import io.klinggateway.running.FileForm;
import io.klinggateway.running.RunningGateway;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;

/** A reference image from the visitor's disk, or from an earlier job. */
@ConsoleTest
class PictureTests {

    private static final String PICTURE = "/console/team/try/picture";

    private final String gateway;
    private final int port;

    PictureTests(Environment environment) {
        this.port = environment.getRequiredProperty("local.server.port", Integer.class);
        this.gateway = "http://localhost:" + port;
    }

    @Test
    void aPictureIsUploadedByTheFormsTokenAlone() {
        Session team = Session.signedIn(gateway, RunningGateway.KEY);
        team.get("/console/team/try");
        byte[] picture = FileForm.of(FileForm.png(200_000));

        HttpResponse<String> foreign = team.upload(PICTURE, picture);
        HttpResponse<String> picked = team.upload(PICTURE, picture, "X-CSRF-TOKEN", team.token());

        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(picked.statusCode()).isEqualTo(200);
        assertThat(picked.body())
                .contains("data-url=\"" + RunningGateway.vendor().baseUrl() + "/uploads/")
                .contains("<b>0.2 MB</b>, image/png")
                .doesNotContain("<html");
    }

    @Test
    void whatIsNotTakenIsSaidWithItsSize() {
        Session team = Session.signedIn(gateway, RunningGateway.KEY);
        team.get("/console/team/try");

        HttpResponse<String> large =
                team.upload(PICTURE, FileForm.of(FileForm.png(30 << 20)), "X-CSRF-TOKEN", team.token());
        HttpResponse<String> text = team.upload(PICTURE, FileForm.of(new byte[2000]), "X-CSRF-TOKEN", team.token());

        assertThat(large.body())
                .contains("The file has more than 25 MB: 30.0 MB were sent")
                .doesNotContain("data-url");
        assertThat(text.body())
                .contains("must be a PNG, JPEG, WebP or GIF image")
                .doesNotContain("data-url");
    }

    @Test
    void anImageOfAnEarlierJobBecomesTheReferenceOfItsOwnTeamAlone() {
        Client alpha = new Client(port, RunningGateway.KEY);
        String job = alpha.order("\"prompt\":\"two owls\",\"klingImageParams\":{\"n\":2}");
        alpha.await(job, "COMPLETED");
        String image = alpha.get("/v2/jobs/" + job)
                .json()
                .path("result")
                .path("images")
                .path(1)
                .asString();
        Session team = Session.signedIn(gateway, RunningGateway.KEY);
        Session other = Session.signedIn(gateway, RunningGateway.OTHER_KEY);
        String link = "/console/team/try?reference=" + job + "&image=1";

        assertThat(team.get("/console/team/jobs/" + job).body()).contains(link.replace("&", "&amp;"));
        assertThat(team.get(link).body()).contains("value=\"" + image + "\"");
        assertThat(other.get(link).body()).doesNotContain(image);
        assertThat(team.get("/console/team/try?reference=" + job + "&image=7").body())
                .doesNotContain(image);
    }

    @Test
    void aWarningShowsBesideThePriceAndOnTheJobsPage() {
        Session team = Session.signedIn(gateway, RunningGateway.KEY);
        team.get("/console/team/try");
        String warning = "kling-v1 is known to take no reference image";

        String price = team.post(
                        "/console/team/try/price", Map.of("prompt", "", "image", "https://images.example/a.png"))
                .body();
        String job = new Client(port, RunningGateway.KEY)
                .order("\"prompt\":\"a fox\",\"klingImageParams\":{\"image\":\"https://images.example/a.png\"}");

        assertThat(price).contains(warning);
        assertThat(team.get("/console/team/jobs/" + job).body()).contains(warning);
    }

    @Test
    void aJobsPageHasThePromptAsItsTitleEveryParameterAndAllImages() {
        Client alpha = new Client(port, RunningGateway.KEY);
        String job = alpha.order(
                "\"prompt\":\"two owls at night\",\"klingImageParams\":{\"n\":2,\"aspect_ratio\":\"16:9\","
                        + "\"model_name\":\"kling-v2\",\"negative_prompt\":\"blur\",\"image\":\"https://images.example/a.png\","
                        + "\"image_fidelity\":0.25},\"webhookUrl\":\"https://hooks.example/in\",\"webhookEvents\":[\"failed\"]");
        alpha.await(job, "COMPLETED");
        Session team = Session.signedIn(gateway, RunningGateway.KEY);

        String page = team.get("/console/team/jobs/" + job).body();
        String list = team.get("/console/team/jobs").body();

        assertThat(page)
                .contains("<h1 dir=\"auto\">two owls at night</h1>", "<title>two owls at night ·", "Use prompt again")
                .contains("<dd>2</dd>", "<dd>16:9</dd>", "<dd>kling-v2</dd>", ">blur</dd>", "<dd>0.25</dd>")
                .contains("href=\"https://images.example/a.png\"", ">https://hooks.example/in</dd>", "<dd>failed</dd>")
                .contains("Image 1 of 2", "Image 2 of 2", "Copy link: image 2", "<dialog id=\"viewer\"")
                .doesNotContain("hx-get", "target=\"_blank\"", "style=");
        assertThat(list).contains(">two owls at night</a>", "1 of 2");
    }

    @Test
    void aCardOfAFailedJobSaysWhy() {
        Client alpha = new Client(port, RunningGateway.KEY);
        String job = alpha.order("\"prompt\":\"an owl that has to [fail]\"");
        alpha.await(job, "FAILED");
        String error = alpha.get("/v2/jobs/" + job).json().path("error").asString();
        Session team = Session.signedIn(gateway, RunningGateway.KEY);

        assertThat(error).isNotEmpty();
        assertThat(team.get("/console/team/jobs?status=FAILED").body())
                .contains("badge failed", "class=\"why\" dir=\"auto\">" + error);
        assertThat(team.get("/console/team/jobs/" + job).body())
                .contains("data-said=\"Failed: " + error)
                .doesNotContain("hx-get");
    }
}
