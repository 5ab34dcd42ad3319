package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** People sign in at a real OpenID provider, and stay as long as it says. */
class SignInTests extends SingleSignOnFixture {

    SignInTests(Environment environment, JdbcClient database) {
        super(environment, database);
    }

    @Test
    void whoSignsInGoesOnToThePageAndIsNamedInTheAudit() {
        var otto = new Person("otto");
        String page = "/console/operator/tenants/alpha";

        assertThat(goesTo(otto.signIn(page))).isEqualTo(page);
        assertThat(otto.session.get(page).body()).contains("Otto Operator", "operator");
        HttpResponse<String> granted = otto.session.post(
                page + "/credits",
                Map.of("kind", "grant", "credits", "7", "reason", "in the console", "once", "of-the-form"));
        assertThat(granted.statusCode()).as(granted.body()).isEqualTo(302);
        admin(
                        "POST",
                        "/tenants/alpha/grants",
                        PROVIDER.accessToken(
                                Map.of("sub", "otto", "name", "Otto Operator", "groups", List.of("kling-operators"))),
                        "{\"credits\": 3, \"reason\": \"by a token\"}")
                .expect(200);

        // Entries appear when all transactions that began before theirs have ended.
        var entries = await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> admin("GET", "/audit?tenant=alpha&limit=1000", ConsoleTest.TOKEN, "")
                                .json()
                                .path("items")
                                .valueStream()
                                .filter(one -> List.of("in the console", "by a token")
                                        .contains(one.path("reason").asString("")))
                                .toList(),
                        found -> found.size() == 2);
        assertThat(entries).allSatisfy(entry -> {
            assertThat(entry.path("actor").asString()).isEqualTo("Otto Operator");
            assertThat(entry.path("person").asString()).isEqualTo("otto");
            assertThat(entry.path("role").asString()).isEqualTo("OPERATOR");
            assertThat(entry.path("wayIn").asString()).isEqualTo("SINGLE_SIGN_ON");
        });
        assertThat(otto.session.get("/console/operator/audit?tenant=alpha").body())
                .contains("operator, by single sign-on", "title=\"otto\"");
    }

    @Test
    void whatAPersonTriesIsKnownAsTheirs() {
        Person mona = signedIn("mona");
        mona.session.get("/console/team/try");
        String job = location(mona.session.post("/console/team/try", Map.of("prompt", "a person's own", "n", "1")));
        String page = "/console/operator/jobs/" + job.substring(job.lastIndexOf('/') + 1);

        assertThat(signedIn("otto").session.get(page).body()).contains("<b>Mona Member</b> at the console", "Trace ID");
    }

    /** Who, how, which page, and the answer's status. */
    private static final String ROLES = """
            vera | GET  | /operator                                | 200
            vera | GET  | /operator/tenants/alpha                  | 200
            vera | GET  | /operator/audit                          | 200
            vera | GET  | /operator/people                         | 200
            vera | GET  | /operator/nowhere                        | 404
            vera | GET  | /team                                    | 403
            vera | POST | /operator/people/end                     | 403
            vera | POST | /operator/tenants/alpha/suspend          | 403
            vera | POST | /operator/tenants/alpha/limits           | 403
            vera | POST | /operator/tenants/alpha/notices/silence  | 403
            vera | POST | /operator/something-new                  | 403
            vera | POST | /team/try                                | 403
            vera | POST | /something-new                           | 403
            otto | GET  | /operator/tenants/alpha                  | 200
            otto | POST | /operator/something-new                  | 404
            otto | POST | /team/try                                | 403
            otto | GET  | /team                                    | 403
            mona | GET  | /team                                    | 200
            mona | GET  | /team/jobs                               | 200
            mona | GET  | /team/try                                | 200
            mona | POST | /team/try/page                           | 200
            mona | POST | /team/jobs/00000000-0000-0000-0000-000000000000/cancel | 404
            mona | POST | /team/something-new                      | 403
            mona | GET  | /operator                                | 403
            mona | GET  | /operator/tenants/alpha                  | 403
            mona | POST | /operator/tenants/alpha/suspend          | 403
            mona | POST | /something-new                           | 403
            vera | POST | /team/keys                               | 403
            vera | POST | /team/credit-requests                    | 403
            mona | GET  | /team/notices                            | 200
            mona | GET  | /team/keys                               | 403
            mona | POST | /team/keys                               | 403
            mona | POST | /team/keys/00000000-0000-0000-0000-000000000000/revoke | 403
            mona | POST | /team/keys/00000000-0000-0000-0000-000000000000/rotate | 403
            mona | POST | /team/credit-requests                    | 403
            mona | POST | /team/notices/thresholds                 | 403
            mona | POST | /team/notices/silence                    | 403
            mona | POST | /team/notices/channels                   | 403
            mona | POST | /team/notices/channels/chat/test         | 403
            mona | POST | /team/notices/channels/chat/remove       | 403
            """;

    @Test
    void aRoleOpensWhatIsItsOwnAndNothingElse() {
        Map<String, Person> people = new HashMap<>();

        assertThat(ROLES.lines()).allSatisfy(row -> {
            String[] cells = row.split("\\|", -1);
            Person person = people.computeIfAbsent(cells[0].strip(), this::signedIn);
            String path = cells[2].strip();
            assertThat(cells[1].strip().equals("GET") ? person.get(path) : person.post(path))
                    .isEqualTo(Integer.parseInt(cells[3].strip()));
        });
    }

    @Test
    void whatIsRefusedSaysWhichRoleItNeeds() {
        Person vera = signedIn("vera");

        assertThat(vera.session
                        .post("/console/operator/tenants/alpha/suspend", Map.of())
                        .body())
                .contains("This needs the role <b>operator</b>", "you are signed in as <b>viewer</b>");
        assertThat(vera.session.get("/console/team").body()).contains("<b>admin or member</b>");
    }

    @Test
    void aPersonOfSeveralTeamsGoesFromOneToTheOtherAndNowhereElse() {
        Person ada = signedIn("ada");
        assertThat(ada.session.get("/console/team").body()).contains("member of alpha", "admin of beta");
        String job =
                new Client(URI.create(gateway).getPort(), RunningGateway.OTHER_KEY).order("\"prompt\":\"of beta\"");
        assertThat(ada.get("/team/jobs/" + job)).isEqualTo(404);
        assertThat(ada.post("/team/something-new")).isEqualTo(403);

        ada.session.post("/console/place", Map.of("place", "team beta"));

        assertThat(ada.session.get("/console/team").body())
                .contains("<b>console</b>", "admin of beta", "member of alpha");
        assertThat(ada.get("/team/jobs/" + job)).isEqualTo(200);
        assertThat(ada.post("/team/something-new")).isEqualTo(404);
        for (String elsewhere : List.of("team poor", "operator", "team", "", "x".repeat(500))) {
            ada.session.post("/console/place", Map.of("place", elsewhere));
            assertThat(ada.session.get("/console/team").body()).doesNotContain("of poor");
            assertThat(ada.get("/operator")).isEqualTo(403);
        }
    }

    /** Every form below is one of alpha's; a key of the same name would be made in either team. */
    @Test
    void aFormOfOneTeamDoesNothingInAnother() {
        PROVIDER.know("ada", "Ada Admin", "kling-alpha-admin", "kling-beta-admin");
        Person ada = signedIn("ada");
        ada.session.post("/console/place", Map.of("place", "team alpha"));
        String page = ada.session.get("/console/team/notices").body();
        String ofAlpha = page.replaceFirst("(?s).*?name=\"_csrf\" value=\"([^\"]+)\".*", "$1");
        Map<String, String> form = Map.of("silencedUntil", "", "_csrf", ofAlpha);
        ada.session.post("/console/place", Map.of("place", "team beta"));
        assertThat(ada.session.post("/console/team/notices/silence", form).statusCode())
                .as("the person went elsewhere")
                .isEqualTo(403);

        ada.session.get("/console/team/notices");
        PROVIDER.put("ada", "kling-alpha-admin");
        theProviderIsToBeAskedAgain();
        HttpResponse<String> answer = ada.session.post("/console/team/notices/silence", Map.of("silencedUntil", ""));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("You have no place in that team any more; nothing was done");

        assertThat(ada.session.get("/console/team/notices").body()).contains("admin of alpha");
        assertThat(ada.session
                        .post("/console/team/notices/silence", Map.of("silencedUntil", ""))
                        .statusCode())
                .as("a form of the team that is left")
                .isEqualTo(302);
    }

    @Test
    void aRoleThatChangesAtTheProviderChangesTheSession() {
        Person otto = signedIn("otto");
        assertThat(otto.get("/operator/new-tenant")).isEqualTo(200);

        PROVIDER.put("otto", "watchers");
        assertThat(otto.post("/operator/something-new")).as("not yet asked").isEqualTo(404);
        theProviderIsToBeAskedAgain();

        assertThat(otto.post("/operator/something-new")).isEqualTo(403);
        assertThat(otto.get("/operator")).isEqualTo(200);
        PROVIDER.put("otto", "choir");
        theProviderIsToBeAskedAgain();
        HttpResponse<String> answer = otto.session.get("/console/operator");
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(location(answer)).startsWith("/console/sign-in?ended");
        assertThat(otto.isOut()).isTrue();
    }

    @Test
    void aGrantThatIsGoneEndsTheSession() {
        Person mona = signedIn("mona");
        Person vera = signedIn("vera");

        PROVIDER.withdraw("mona");
        theProviderIsToBeAskedAgain();

        assertThat(mona.isOut()).isTrue();
        assertThat(vera.get("/operator")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403})
    void aGrantThatIsGoneEndsTheSessionWhateverTheStatus(int status) {
        Person mona = signedIn("mona");
        theProviderIsToBeAskedAgain();
        PROVIDER.refuseGrants(status);
        try {
            assertThat(mona.isOut()).isTrue();
        } finally {
            PROVIDER.refuseGrants(0);
        }
    }

    @Test
    void whileTheProviderIsAwayNobodyIsLetInUnaskedAndNobodyIsThrownOut() {
        Person vera = signedIn("vera");
        PROVIDER.goAway(true);
        try {
            assertThat(vera.get("/operator")).as("asked a moment ago").isEqualTo(200);
            theProviderIsToBeAskedAgain();
            HttpResponse<String> answer = vera.session.get("/console/operator");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("cannot reach the identity provider now");
        } finally {
            PROVIDER.goAway(false);
        }
        assertThat(vera.get("/operator")).isEqualTo(200);
    }

    @Test
    void whileTheProviderIsAwayOneSignsInOtherwiseAndOut() {
        Person vera = signedIn("vera");
        Person otto = signedIn("otto");
        otto.session.get("/console/operator");
        PROVIDER.goAway(true);
        try {
            theProviderIsToBeAskedAgain();

            HttpResponse<String> left = otto.session.post("/console/sign-out", Map.of());
            assertThat(left.statusCode()).as(left.body()).isEqualTo(200);
            assertThat(otto.isOut()).isTrue();
            assertThat(vera.session.get("/console/sign-in").statusCode()).isEqualTo(200);
            assertThat(vera.get("/sign-in/single-sign-on")).isEqualTo(302);
            assertThat(vera.get("/sign-in/callback")).isEqualTo(400);
            vera.session.get("/console/sign-in");
            assertThat(vera.session
                            .post("/console/sign-in", Map.of("secret", ConsoleTest.TOKEN))
                            .statusCode())
                    .isEqualTo(302);
            assertThat(vera.get("/operator/new-tenant")).as("now an operator").isEqualTo(200);
        } finally {
            PROVIDER.goAway(false);
        }
        assertThat(database.sql("select count(*) from person_session where subject = 'otto'")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    /** A refresh token is good once: the one that came before the failure is the only one from then on. */
    @Test
    void aProviderThatFailsHalfwayThrowsNobodyOut() {
        Person vera = signedIn("vera");
        theProviderIsToBeAskedAgain();
        PROVIDER.goHalfAway(true);
        try {
            assertThat(vera.get("/operator")).isEqualTo(503);
            assertThat(vera.get("/operator")).isEqualTo(503);
        } finally {
            PROVIDER.goHalfAway(false);
        }

        assertThat(vera.get("/operator")).isEqualTo(200);
    }

    @Test
    void requestsOfOneMomentAskTheProviderOnce() {
        Person vera = signedIn("vera");
        theProviderIsToBeAskedAgain();

        List<CompletableFuture<Integer>> answers = Stream.of("", "/tenants", "/audit", "/people")
                .map(path -> CompletableFuture.supplyAsync(() -> vera.get("/operator" + path)))
                .toList();

        // A refresh token is good once: had two been sent, one of these would have ended the session.
        assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(200);
        assertThat(vera.get("/operator")).isEqualTo(200);
    }

    @Test
    void whoSignsOutIsOutAtTheProviderToo() {
        Person otto = signedIn("otto");
        Person elsewhere = signedIn("otto");
        otto.session.get("/console/operator");

        HttpResponse<String> left = otto.session.post("/console/sign-out", Map.of());

        URI provider = URI.create(goesTo(left));
        assertThat(otto.isOut()).isTrue();
        assertThat(provider.toString()).startsWith(PROVIDER.issuer() + "/connect/logout?id_token_hint=ey");
        assertThat(location(otto.atProvider.get(provider))).isEqualTo(gateway + "/console/sign-in");
        assertThat(elsewhere.isOut()).as("told by the back channel").isTrue();
        assertThat(otto.atProvider.get(otto.depart("")).headers().firstValue("Location"))
                .as("the provider asks again")
                .hasValueSatisfying(login -> assertThat(login).endsWith("/login"));
    }

    @Test
    void anOperatorEndsAllSessionsOfAPerson() {
        Person mona = signedIn("mona");
        Person again = signedIn("mona");
        Person otto = signedIn("otto");
        assertThat(otto.session.get("/console/operator/people").body()).contains("Mona Member", "member of alpha");

        assertThat(otto.session
                        .post("/console/operator/people/end", Map.of("person", "mona"))
                        .statusCode())
                .isEqualTo(302);
        assertThat(mona.isOut()).isTrue();
        assertThat(again.isOut()).isTrue();
        signedIn("mona");
        assertThat(admin("GET", "/sessions", ConsoleTest.TOKEN, "").expect(200).body())
                .contains("\"mona\"");
        assertThat(admin("POST", "/sessions/end", ConsoleTest.TOKEN, "{\"person\": \"mona\"}")
                        .number("sessions"))
                .isEqualTo(1);

        List<String> actors = new ArrayList<>();
        admin("GET", "/audit?limit=1000", ConsoleTest.TOKEN, "")
                .json()
                .path("items")
                .forEach(entry -> {
                    if (entry.path("action").asString().equals("session.end")) {
                        actors.add(entry.path("actor").asString() + " "
                                + entry.path("wayIn").asString());
                        assertThat(entry.path("subject").asString()).isEqualTo("mona");
                    }
                });
        assertThat(actors).contains("Otto Operator SINGLE_SIGN_ON", "alice TOKEN");
    }

    @Test
    void whoHasNoRoleIsToldSo() {
        HttpResponse<String> answer = new Person("nils").signIn("");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("You have no role here");
    }
}
