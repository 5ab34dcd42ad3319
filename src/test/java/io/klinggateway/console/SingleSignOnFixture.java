package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.harness.Ports;
import io.klinggateway.provider.ProviderBrowser;
import io.klinggateway.provider.SimulatedProvider;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGatewayTest;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A gateway and an identity provider, which all tests of single sign-on share, and the browsers of people. */
@RunningGatewayTest(
        settings = {
            "gateway.admin.tokens.alice=" + ConsoleTest.TOKEN,
            "gateway.sign-in.client-id=" + SimulatedProvider.CLIENT_ID,
            "gateway.sign-in.client-secret=" + SimulatedProvider.CLIENT_SECRET,
            "gateway.sign-in.roles.viewer=watchers",
            "gateway.sign-in.roles.operator=kling-operators",
            "gateway.sign-in.roles.member=kling-{team}-member",
            "gateway.sign-in.roles.admin=kling-{team}-admin",
            "gateway.sign-in.teams.beta.admin=4711"
        })
abstract class SingleSignOnFixture {

    static final SimulatedProvider PROVIDER = new SimulatedProvider("127.0.0.1", Ports.free()).start();
    static final Pattern GOES_TO = Pattern.compile("content=\"0;url=([^\"]+)\"");

    final String gateway;
    final Client api;
    final JdbcClient database;

    SingleSignOnFixture(Environment environment, JdbcClient database) {
        int port = environment.getRequiredProperty("local.server.port", Integer.class);
        this.gateway = "http://localhost:" + port;
        this.api = new Client(port, null);
        this.database = database;
    }

    @DynamicPropertySource
    static void provider(DynamicPropertyRegistry properties) {
        properties.add("gateway.sign-in.issuer", PROVIDER::issuer);
    }

    @BeforeEach
    void everybodyHasTheRolesOfTheFirstDay() {
        PROVIDER.serve(gateway)
                .know("vera", "Vera Viewer", "watchers")
                .know("otto", "Otto Operator", "kling-operators", "watchers")
                .know("mona", "Mona Member", "kling-alpha-member", "kling-nowhere-member")
                .know("ada", "Ada Admin", "kling-alpha-member", "kling-beta-member", "4711")
                .know("nils", "Nils Nobody", "choir");
        database.sql("delete from person_session").update();
    }

    /** Somebody's browser, at the gateway and at the provider. */
    final class Person {

        final String subject;
        final Session session = new Session(gateway);
        final ProviderBrowser atProvider = new ProviderBrowser(PROVIDER);

        Person(String subject) {
            this.subject = subject;
        }

        URI depart(String next) {
            HttpResponse<String> away = session.get("/console/sign-in/single-sign-on?next=" + next);
            assertThat(away.statusCode()).isEqualTo(302);
            return URI.create(location(away));
        }

        HttpResponse<String> comeBack(URI callback) {
            return session.get(callback.getRawPath() + "?" + callback.getRawQuery());
        }

        HttpResponse<String> signIn(String next) {
            return comeBack(atProvider.signIn(depart(next), subject));
        }

        Person signedIn() {
            assertThat(goesTo(signIn(""))).isEqualTo("/console");
            session.get("/console/" + (session.get("/console/operator").statusCode() == 200 ? "operator" : "team"));
            return this;
        }

        int get(String path) {
            return session.get("/console" + path).statusCode();
        }

        int post(String path) {
            return session.post("/console" + path, Map.of()).statusCode();
        }

        boolean isOut() {
            HttpResponse<String> answer = session.get("/console");
            return answer.statusCode() == 303 && location(answer).startsWith("/console/sign-in");
        }
    }

    Person signedIn(String subject) {
        return new Person(subject).signedIn();
    }

    static String location(HttpResponse<String> answer) {
        return answer.headers().firstValue("Location").orElseThrow();
    }

    static String goesTo(HttpResponse<String> page) {
        var found = GOES_TO.matcher(page.body());
        assertThat(found.find()).as(page.body()).isTrue();
        return found.group(1).replace("&amp;", "&");
    }

    /** The audit is read when it shows all: entries appear once all transactions that began before theirs have ended. */
    Answer admin(String method, String path, String token, String body) {
        if (path.startsWith("/audit")) {
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> database.sql(
                                    "select not exists (select from audit_entry where transaction_id >= pg_snapshot_xmin(pg_current_snapshot()))")
                            .query(Boolean.class)
                            .single());
        }
        return api.send(
                method,
                "/admin/v1" + path,
                body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body),
                "Authorization",
                "Bearer " + token,
                "Content-Type",
                "application/json");
    }

    /** As if time had passed. */
    void theProviderIsToBeAskedAgain() {
        database.sql("update person_session set checked_at = checked_at - interval '5 minutes'")
                .update();
    }

    static Map<String, @Nullable Object> with(
            Map<String, @Nullable Object> claims, String name, @Nullable Object value) {
        Map<String, @Nullable Object> all = new HashMap<>(claims);
        all.put(name, value);
        return all;
    }
}
