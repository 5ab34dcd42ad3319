package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.tenant.Tenants;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What no story comes by is looked at all the same: narrow and wide, light and dark, by axe, and for what does not fit. */
@EnabledIf(value = "io.klinggateway.console.Browser#isHere", disabledReason = "there is no Chromium here")
@Tag("slow")
class EveryPageIT extends ConsoleStory {

    private static final String SPEND = "/console/operator/usage?month=2026-01&by=model&sort=name";

    EveryPageIT(Environment environment, JdbcClient database, Tenants tenants) {
        super(environment, database, tenants);
    }

    @Test
    void theOperatorsPages() {
        String key = newTeam("everything");
        completedJob(key);
        UUID orphan = orphan();
        operatorSignsIn();
        look("/console/operator/tenants?sort=name", "tenants-by-name", "everything");
        look("/console/operator/find?team=everything&key=studio", "find-key", "Change the limit");
        operator.go("/console/operator/tenants/everything");
        operator.press("Limit");
        operator.look("key-budget");
        look("/console/operator/tenants/everything?sort=-left", "tenant-keys", "studio");
        look("/console/operator/orphans", "orphans", "Not in the books");
        look("/console/operator/orphans/" + orphan, "orphan", "No team pays for this job");
        look(SPEND, "usage-of-nothing", "Nothing was spent");
        look("/console/operator/audit?about=key&actor=ALICE&from=2026-01-01", "audit-filtered", "Everything");
        look("/console/operator/find?state=in_review", "find-in-review", "Jobs");
        look("/console/operator/find?q=nothing-is-called-so", "find-no-id", "No job has this ID");
        database.sql("delete from orphan_job where upstream_job_id = ?")
                .param(orphan)
                .update();
    }

    @Test
    void whatATeamMustNotSee() {
        teamSignsIn(newTeam("curious"));
        team.go("/console/operator");
        team.await("This needs the role operator or viewer");
        team.look("forbidden");
    }

    @Test
    void theColoursAreTheBrowsersUntilSomebodyChoosesOthers() {
        teamSignsIn(newTeam("painted"));
        assertThat(background()).isEqualTo("rgb(244, 246, 247)");
        team.press("Dark");
        team.awaitPath("/console/team");
        assertThat(background()).isEqualTo("rgb(16, 22, 27)");
        team.press("Jobs");
        assertThat(background()).isEqualTo("rgb(16, 22, 27)");
        team.press("System’s");
        team.awaitPath("/console/team/jobs");
        assertThat(background()).isEqualTo("rgb(244, 246, 247)");
    }

    private Object background() {
        return team.run("return getComputedStyle(document.documentElement).backgroundColor");
    }

    @Test
    void eachAttemptAtTheVendorIsOnItsJobsPage() {
        Client alpha = new Client(port, RunningGateway.KEY);
        String job = alpha.order("\"prompt\":\"a ship that is sent three times\"");
        alpha.await(job, "COMPLETED");
        database.sql("""
                        update generation
                           set attempt = 3, asked_by = 'Ada Admin',
                               attempts_failed_at = array[created_at, created_at + interval '1 second'],
                               attempts_failed_by = array['no certain answer: timeout', 'the vendor''s rate limit: HTTP 429']
                         where id = ?
                        """).param(UUID.fromString(job)).update();
        operatorSignsIn();
        look("/console/operator/jobs/" + job, "job-attempts", "HTTP 429");
        assertThat(operator.text()).contains("Ada Admin at the console, by key", "3 attempts", "Accepted");
    }

    private void look(String page, String name, String says) {
        operator.go(page);
        operator.await(says);
        operator.look(name);
    }

    private UUID orphan() {
        UUID job = UUID.randomUUID();
        database.sql("""
                        insert into orphan_job (upstream, upstream_job_id, cause, created_at)
                        select upstream, :job, 'UNKNOWN', gateway_now() from upstream_rate
                        """).param("job", job).update();
        return job;
    }
}
