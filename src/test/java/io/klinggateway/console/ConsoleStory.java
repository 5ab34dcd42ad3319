package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Client;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the stories of the console share: a browser of the operator's, another of the team's, and their first steps. */
@ConsoleTest
abstract class ConsoleStory {

    static final String LIGHTHOUSE = "a lighthouse at dusk, oil painting";
    static final String A_JOB = "/console/team/jobs/[0-9a-f-]{36}";

    /** The operator's and the team's, for all stories. */
    private static final List<Browser> BROWSERS = new ArrayList<>();

    final int port;
    final JdbcClient database;
    final Tenants tenants;
    final Browser operator;
    final Browser team;

    ConsoleStory(Environment environment, JdbcClient database, Tenants tenants) {
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

    void operatorSignsIn() {
        operator.go("/console");
        signIn(operator, ConsoleTest.TOKEN);
        operator.awaitPath("/console/operator");
    }

    void teamSignsIn(String key) {
        team.go("/console");
        signIn(team, key);
        team.awaitPath("/console/team");
    }

    /** With 1,000 credits a month. @return its key, called "studio" */
    String newTeam(String name) {
        Tenant tenant = tenants.register(
                name,
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.MONTH, 1, new Credits(1_000), null))));
        String key = "kg_key_of_" + name + "_00000000000000000000000000000000";
        tenants.registerKey(tenant, "studio", Sha256.hex(key));
        return key;
    }

    /** Of three images, for 6 credits. */
    void completedJob(String key) {
        Client client = new Client(port, key);
        client.await(client.order("\"prompt\":\"" + LIGHTHOUSE + "\",\"klingImageParams\":{\"n\":3}"), "COMPLETED");
    }

    static void signIn(Browser browser, String secret) {
        browser.fill("secret", secret);
        browser.press("Sign in");
    }

    static void grant(Browser operator, String credits, String reason) {
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
