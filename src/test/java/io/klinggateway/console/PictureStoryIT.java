package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.tenant.Tenants;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stories of a team's pictures, in a browser: as they come, and as they are looked at. */
@EnabledIf(value = "io.klinggateway.console.Browser#isHere", disabledReason = "there is no Chromium here")
@Tag("slow")
class PictureStoryIT extends ConsoleStory {

    private static final String ALL_LOADED =
            "Promise.all([...document.querySelectorAll('.images img')].map(i => i.decode())).then(() => true, () => false)";

    PictureStoryIT(Environment environment, JdbcClient database, Tenants tenants) {
        super(environment, database, tenants);
    }

    @Test
    void whatATeamTriesComesBesideTheFormAndIsKept() {
        teamSignsIn(newTeam("watchers"));
        team.press("Try a prompt");
        team.awaitPath("/console/team/try");
        team.await("None yet");
        team.fill("prompt", LIGHTHOUSE);
        team.choose("n", "4");
        team.choose("aspect_ratio", "16:9");
        team.await("8 credits");

        team.run("const button = document.querySelector('#try .primary'); button.click(); button.click(); return 1");
        team.await("Result");
        assertThat(team.path()).isEqualTo("/console/team/try");
        team.look("team-try-running");
        team.await("Completed");
        assertThat(team.answer(ALL_LOADED)).isEqualTo(true);
        team.look("team-try-result");
        assertThat(team.all("#result .images img")).hasSize(4);
        assertThat(team.all("#tries .card img")).hasSize(1);
        assertThat(team.run("return document.getElementById('said').textContent"))
                .isEqualTo("Completed: 4 images");

        team.fill("prompt", "a lighthouse that has to [fail]");
        team.press("Generate");
        team.await("Failed");
        team.look("team-try-failed");
        assertThat(team.all("#tries .card")).hasSize(2);
        assertThat(team.all("[hx-trigger^=every]"))
                .as("what has ended is not asked for")
                .isEmpty();
        team.find("#tries .card:last-child .again").click();
        team.awaitPath("/console/team/try\\?from=.*");
        assertThat(team.find("#prompt").getDomProperty("value")).isEqualTo(LIGHTHOUSE);
        assertThat(team.find("#n").getDomProperty("value")).isEqualTo("4");
        assertThat(team.find("#aspect_ratio").getDomProperty("value")).isEqualTo("16:9");
        team.find("#tries .card:last-child .prompt a").click();
        team.awaitPath(A_JOB);
    }

    @Test
    void aTeamLooksAtItsImagesByKeyboard() {
        String key = newTeam("viewers");
        completedJob(key);
        teamSignsIn(key);
        team.press("Jobs");
        team.find(".card a").sendKeys(Keys.ENTER);
        team.awaitPath(A_JOB);
        assertThat(team.answer(ALL_LOADED)).isEqualTo(true);
        team.find("a[data-view]").sendKeys(Keys.ENTER);
        team.await("1 of 3");

        team.type(Keys.ARROW_RIGHT);
        team.await("2 of 3");
        assertThat(team.answer("document.querySelector('.viewer-frame img').decode().then(() => true)"))
                .isEqualTo(true);
        team.look("team-viewer");
        team.type("+");
        assertThat(team.all(".viewer.zoomed")).hasSize(1);
        team.look("team-viewer-zoomed");
        team.type("-");
        assertThat(team.all(".viewer.zoomed")).isEmpty();
        team.type(Keys.ARROW_RIGHT);
        team.await("3 of 3");
        team.type(Keys.ARROW_RIGHT);
        team.await("1 of 3");
        for (int times = 0; times < 12; times++) {
            team.type(Keys.TAB);
            assertThat(
                            team.run(
                                    "const it = document.activeElement; return it === document.body || it.closest('dialog') !== null"))
                    .isEqualTo(true);
        }
        team.type(Keys.ESCAPE);

        assertThat(team.all("dialog[open]")).isEmpty();
        assertThat(team.run("return document.activeElement === document.querySelector('a[data-view]')"))
                .isEqualTo(true);
        team.run("document.querySelector('.images img').src = '/console/no-such-image.png'; return 1");
        team.await("Image 1 of 3 could not be loaded");
        team.look("team-job-missing");
    }
}
