package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.provider.ProviderBrowser;
import io.klinggateway.provider.SimulatedProvider;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import io.klinggateway.running.RunningGateway;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * People sign in at a gateway of two replicas. The provider is another site than the gateway to a browser, which so keeps the
 * console's own cookies back from who comes from there.
 */
@Tag("slow")
class SignInStoryIT {

    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final int ONE = Ports.free();
    private static final int TWO = Ports.free();
    private static final String GATEWAY = "http://localhost:" + ONE;
    private static final SimulatedProvider PROVIDER = new SimulatedProvider("127.0.0.1", Ports.free())
            .serve(GATEWAY)
            .know("otto", "Otto Operator", "operators")
            .know("ada", "Ada Admin", "alpha-admins", "beta-admins");

    private static Replica one;
    private static Replica two;

    @BeforeAll
    static void start() {
        PROVIDER.start();
        TestDatabase database = TestDatabase.migrated();
        one = Replica.start(settings(database, ONE));
        two = Replica.start(settings(database, TWO));
    }

    private static Replica.Settings settings(TestDatabase database, int port) {
        return RunningGateway.settings(database, port)
                .with("management.server.port", 0)
                .with("gateway.sign-in.issuer", PROVIDER.issuer())
                .with("gateway.sign-in.client-id", SimulatedProvider.CLIENT_ID)
                .with("gateway.sign-in.client-secret", SimulatedProvider.CLIENT_SECRET)
                .with("gateway.sign-in.console-url", GATEWAY)
                .with("gateway.sign-in.check-interval", CHECK_INTERVAL)
                .with("gateway.sign-in.roles.operator", "operators")
                .with("gateway.sign-in.roles.member", "{team}-members")
                .with("gateway.sign-in.roles.admin", "{team}-admins")
                .with("gateway.tenants[0].self-service.most-keys", 5);
    }

    @AfterAll
    static void close() {
        one.close();
        two.close();
        PROVIDER.close();
    }

    @Test
    void whatOneReplicaBeganAnotherEnds() {
        Session here = new Session(GATEWAY);
        Session there = new Session("http://localhost:" + TWO);
        HttpResponse<String> away = here.get("/console/sign-in/single-sign-on");
        URI callback = new ProviderBrowser(PROVIDER)
                .signIn(URI.create(away.headers().firstValue("Location").orElseThrow()), "otto");

        there.plant("kling_console_ticket", here.cookie("kling_console_ticket"));
        assertThat(there.get(callback.getRawPath() + "?" + callback.getRawQuery())
                        .body())
                .contains("url=/console");
        for (String cookie : new String[] {ConsoleSessions.COOKIE, SignIns.PROOF}) {
            here.plant(cookie, there.cookie(cookie));
        }

        assertThat(there.get("/console/operator").statusCode()).isEqualTo(200);
        assertThat(here.get("/console/operator").body()).contains("Otto Operator");
        assertThat(here.post("/console/operator/people/end", Map.of("person", "otto"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(there.get("/console/operator").statusCode()).isEqualTo(303);
    }

    @Test
    void aPersonComesAndGoesInABrowser() {
        assumeTrue(Browser.isHere(), "there is no Chromium here");
        try (Browser browser = Browser.open(GATEWAY)) {
            browser.go("/console/operator/people");
            browser.awaitPath("/console/sign-in.*");
            browser.look("sign-in-single-sign-on");
            signIn(browser, "Otto Operator");
            browser.awaitPath("/console/operator/people");
            browser.await("Otto Operator");
            browser.look("people");
            signOut(browser);

            signIn(browser, "Ada Admin");
            browser.awaitPath("/console/team");
            assertThat(browser.find("#place option:checked").getText()).isEqualTo("admin of alpha");
            browser.choose("place", "team beta");
            browser.press("Go");
            browser.await("Spend of beta");
            browser.look("team-of-a-person");
            browser.go("/console/operator");
            browser.await("This needs the role operator or viewer");
            browser.look("forbidden-to-a-person");
            signOut(browser);
            assertThat(browser.faults()).isEmpty();
        }
    }

    @Test
    void aTeamHelpsItselfInABrowserAsLongAsItsAdminIsOne() throws Exception {
        assumeTrue(Browser.isHere(), "there is no Chromium here");
        try (Browser browser = Browser.open(GATEWAY)) {
            browser.go("/console");
            signIn(browser, "Ada Admin");
            browser.press("Keys");
            browser.fill("name", "ci");
            browser.press("Issue");
            String key = browser.find("#key").getText();
            assertThat(new Client(TWO, key).get("/v2/me").status()).isEqualTo(200);
            browser.look("team-key-issued");
            browser.press("I have stored it");
            browser.look("team-keys");
            browser.press("Notices");
            browser.press("Change the thresholds");
            browser.fill("thresholds", "70, 90");
            browser.find("form[action$='/thresholds'] button").click();
            browser.await("Raised when a budget reaches 70, 90 %");
            browser.look("team-notices");
            browser.press("Spend");
            browser.fill("credits", "500");
            browser.fill("reason", "launch week");
            browser.press("Ask for credits");
            browser.await("The operators are asked");
            signOut(browser);

            signIn(browser, "Otto Operator");
            browser.go("/console/operator/requests");
            browser.await("launch week");
            browser.find("input[name=reason]").sendKeys("granted for the launch");
            browser.press("Grant");
            browser.await("The credits are granted");
            signOut(browser);

            signIn(browser, "Ada Admin");
            browser.await("granted for the launch");
            PROVIDER.put("ada", "alpha-members");
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                browser.go("/console/team");
                return who(browser).contains("member of alpha");
            });
            browser.go("/console/team/keys");
            browser.await("This needs the role admin, and you are signed in as member of alpha");
            browser.go("/console/team/notices");
            browser.look("team-notices-of-a-member");

            endAtTheProvider("ada");
            browser.go("/console/team");
            browser.await("Your session has ended");
            assertThat(browser.faults()).isEmpty();
        } finally {
            PROVIDER.put("ada", "alpha-admins", "beta-admins");
        }
    }

    private static void signIn(Browser browser, String name) {
        browser.press("Single sign-on");
        browser.await("Who are you?");
        browser.press(name);
        browser.awaitPath("/console/(operator|team).*");
    }

    private static void signOut(Browser browser) {
        browser.press("Sign out");
        browser.awaitPath("/console/sign-in");
    }

    private static String who(Browser browser) {
        return browser.find("header").getText();
    }

    /** The provider tells one replica, and both know. */
    private static void endAtTheProvider(String subject) {
        new Client(TWO, null)
                .send(
                        "POST",
                        "/console/back-channel-logout",
                        BodyPublishers.ofString("logout_token=" + PROVIDER.logoutToken(Map.of("sub", subject))),
                        "Content-Type",
                        "application/x-www-form-urlencoded")
                .expect(200);
    }
}
