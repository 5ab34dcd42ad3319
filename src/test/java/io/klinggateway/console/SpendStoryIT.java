package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.tenant.Tenants;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who spent it, on which jobs, and who was told, in a browser. */
@EnabledIf(value = "io.klinggateway.console.Browser#isHere", disabledReason = "there is no Chromium here")
@Tag("slow")
class SpendStoryIT extends ConsoleStory {

    /** A mouse over the foot of the last bar. */
    private static final String CLICK_ON_LAST_BAR = """
            const plot = document.querySelector('.plot'), over = plot.querySelector('.u-over'), box = over.getBoundingClientRect();
            const days = document.querySelectorAll('tr[data-day]').length;
            const at = {clientX: box.right - box.width / days / 2, clientY: box.bottom - 4, bubbles: true};
            over.dispatchEvent(new MouseEvent('mouseenter', at));
            over.dispatchEvent(new MouseEvent('mousemove', at));
            return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
              const said = document.querySelector('.readout').textContent;
              over.dispatchEvent(new MouseEvent('click', at));
              done(said);
            })));
            """;

    /** A mouse that goes up the last bar, until it is said what it is of. */
    private static final String CLICK_ON_SEGMENT = """
            return (async () => {
              const over = document.querySelector('.plot .u-over'), box = over.getBoundingClientRect();
              const days = document.querySelectorAll('tr[data-day]').length;
              const frame = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
              over.dispatchEvent(new MouseEvent('mouseenter', {clientX: box.right - 9, clientY: box.bottom - 1}));
              for (let up = 1; up < box.height; up += 2) {
                const at = {clientX: box.right - box.width / days / 2, clientY: box.bottom - up, bubbles: true};
                over.dispatchEvent(new MouseEvent('mousemove', at));
                await frame();
                if (document.querySelector('.readout').textContent.includes(': NAME ')) {
                  over.dispatchEvent(new MouseEvent('click', at));
                  return true;
                }
              }
              return false;
            })();
            """;

    SpendStoryIT(Environment environment, JdbcClient database, Tenants tenants) {
        super(environment, database, tenants);
    }

    @Test
    void fromTheOverviewToTheKeyThatSpentAndItsJobs() {
        completedJob(newTeam("burning"));
        operatorSignsIn();
        operator.press("Usage");
        operator.await("Usage of all teams");
        operator.press("The numbers");
        operator.look("usage");
        operator.press("burning");
        operator.await("Usage of burning");
        assertThat(operator.text()).contains("studio");
        assertThat((String) operator.run(CLICK_ON_LAST_BAR)).contains("studio 6 of 6");
        operator.awaitPath("/console/operator/find\\?team=burning&from=.*&key=studio");
        operator.await("Completed");
        operator.look("find");
    }

    /** Who burned it, with which key, on which jobs, and no further. Writing the limit is no click. */
    @Test
    void whoBurnedItIsStoppedWithThreeClicks() {
        String key = newTeam("runaway");
        completedJob(key);
        operatorSignsIn();
        operator.await("Spend by team");
        int before = operator.clicks();
        assertThat(operator.run(CLICK_ON_SEGMENT.replace("NAME", "runaway"))).isEqualTo(true);
        operator.awaitPath("/console/operator/usage\\?team=runaway");
        operator.press("studio");
        operator.await("It has no limit of its own");
        operator.await("Completed");
        operator.fill("key-limit-0", "1");
        operator.press("Change the limit");
        operator.await("The limit of the key is changed");
        assertThat(operator.clicks() - before + 1).isEqualTo(3);
        operator.look("find-limited");

        assertThat(new Client(port, key)
                        .post("/v2/images/generate", "{\"model\":\"kling-image\",\"prompt\":\"x\"}")
                        .status())
                .isEqualTo(402);
    }

    @Test
    void theChartIsReadByKeyboardToo() {
        completedJob(newTeam("reading"));
        operatorSignsIn();
        operator.go("/console/operator/usage?team=reading");
        WebElement chart = operator.find(".plot");
        chart.sendKeys(Keys.ARROW_LEFT);
        assertThat(operator.find(".readout").getText()).contains("6, studio");
        chart.sendKeys(Keys.ARROW_UP);
        assertThat(operator.find(".readout").getText()).contains("studio 6 of 6");
        operator.look("usage-team");
        operator.find(".plot").sendKeys(Keys.ARROW_LEFT, Keys.ARROW_RIGHT, Keys.ARROW_UP, Keys.ENTER);
        operator.awaitPath("/console/operator/find\\?team=reading&.*");
    }

    @Test
    void aTeamFindsItsJobsByWhatTheyShow() {
        completedJob(newTeam("seeking"));
        teamSignsIn("kg_key_of_seeking_00000000000000000000000000000000");
        team.press("Usage");
        team.await("Usage of seeking");
        team.look("team-usage");
        team.fill("q", "lighthouse dus");
        team.press("Find");
        team.await(LIGHTHOUSE);
        team.look("team-find");
        team.fill("q", "submarine");
        team.press("Find");
        team.await("No such jobs");
        team.look("team-find-nothing");
    }

    @Test
    void aTeamMendsItsReceiver() {
        try (Receiver receiver = new Receiver()) {
            receiver.answers(410);
            String key = newTeam("listening");
            new Client(port, key).order("\"prompt\":\"a letter\",\"webhookUrl\":\"" + receiver.url() + "\"");
            teamSignsIn(key);
            Awaitility.await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                team.go("/console/team/webhooks");
                assertThat(team.text()).contains("Failed", "HTTP 410");
            });
            team.find("details summary").click();
            team.look("team-webhooks");
            receiver.answers(200);
            team.fill("url", receiver.url());
            team.press("Send a test");
            team.await("The receiver took it");
            team.look("team-webhooks-test");
            operatorSignsIn();
            operator.go("/console/operator/deliveries?team=listening");
            operator.press("Retry all of these…");
            operator.await("1 webhook of the team listening");
            operator.look("deliveries-retry-all");
            operator.press("Retry them");
            operator.await("1 webhook is being retried");
        }
    }
}
