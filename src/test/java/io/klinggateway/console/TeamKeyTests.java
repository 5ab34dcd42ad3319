package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.OwnBudgetTerms;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.admin.KeyView;
import io.klinggateway.admin.SelfServiceTerms;
import io.klinggateway.admin.TeamKeyOperations;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.running.Client;
import io.klinggateway.signin.Role;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Keys;
import io.klinggateway.tenant.RegisteredKey;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a team does with its own keys, within what operators allow. */
@ConsoleTest
class TeamKeyTests {

    private static final Actor ALICE = new Actor("alice", Actor.WayIn.TOKEN, Role.OPERATOR, null);

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient database;

    @Autowired
    private Tenants tenants;

    @Autowired
    private TenantOperations operations;

    @Autowired
    private Keys keys;

    @Autowired
    private TeamKeyOperations own;

    private String key;
    private Caller caller;
    private Actor actor;

    @BeforeEach
    void aTeamWithAKey() {
        Tenant team = tenants.register(
                "t-" + UUID.randomUUID(),
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.MONTH, 1, new Credits(100), null))));
        key = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(team, "studio", Sha256.hex(key));
        RegisteredKey studio = keys.list(team).getFirst();
        caller = new Caller(team, studio.id(), studio.name(), "kg_");
        actor = Actor.byKey(caller);
    }

    @Test
    void withoutAWordOfTheOperatorsATeamManagesNoKeys() {
        assertRefused(() -> own.issue(actor, caller, plain("ci")), "have not allowed");
        assertRefused(() -> own.rotate(actor, caller, caller.keyId().value(), new Rotation(0)), "have not allowed");
        assertRefused(
                () -> {
                    own.revoke(actor, caller, caller.keyId().value());
                    return "";
                },
                "have not allowed");
    }

    @Test
    void aTeamIssuesRotatesAndRevokesUnderItsOwnName() {
        allow(2, null, null);

        KeyView.Issued issued = own.issue(actor, caller, plain("ci"));
        KeyView.Issued successor = own.rotate(actor, caller, issued.id(), new Rotation(0));
        own.revoke(actor, caller, successor.id());

        assertThat(new Client(port, issued.key()).get("/v2/me").status()).isEqualTo(401);
        assertThat(new Client(port, successor.key()).get("/v2/me").status()).isEqualTo(401);
        String actor = caller.tenant().name() + "/studio";
        assertThat(database.sql(
                                "select actor || ' ' || action from audit_entry where tenant = ? and action like 'key.%' order by seq")
                        .param(caller.tenant().name())
                        .query(String.class)
                        .list())
                .containsExactly(
                        actor + " key.create", actor + " key.rotate", actor + " key.create", actor + " key.revoke");
    }

    @Test
    void rotationsDoNotAddUpToMoreKeys() {
        allow(2, null, null);
        KeyView.Issued first = own.issue(actor, caller, plain("ci"));
        KeyView.Issued second = own.rotate(actor, caller, first.id(), new Rotation(3600));

        assertRefused(() -> own.rotate(actor, caller, second.id(), new Rotation(3600)), "still works; revoke it first");
        own.revoke(actor, caller, first.id());
        assertThat(own.rotate(actor, caller, second.id(), new Rotation(3600)).key())
                .startsWith("kg_");
    }

    @Test
    void aTeamStaysWithinItsBounds() {
        allow(10, 90, 50L);
        Instant soon = Instant.now().plus(Duration.ofDays(89));
        OwnBudgetTerms budget = new OwnBudgetTerms(null, 50L, null);

        assertRefused(() -> own.issue(actor, caller, new NewKey("ci", null, budget, null)), "expiresAt");
        assertRefused(
                () -> own.issue(actor, caller, new NewKey("ci", soon.plus(Duration.ofDays(2)), budget, null)),
                "expiresAt must be within 90 days");
        assertRefused(() -> own.issue(actor, caller, new NewKey("ci", soon, null, null)), "budget");
        assertRefused(
                () -> own.issue(actor, caller, new NewKey("ci", soon, new OwnBudgetTerms(null, 51L, null), null)),
                "budget");

        KeyView.Issued issued = own.issue(actor, caller, new NewKey("ci", soon, budget, null));
        assertThat(new Client(port, issued.key()).get("/v2/credits").number("available"))
                .isEqualTo(50);
    }

    @Test
    void aTeamHasNoMoreKeysThanItMayHoweverManyItIssuesAtOnce() throws Exception {
        allow(3, null, null);
        List<Future<Boolean>> issues = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int number = 0; number < 6; number++) {
                NewKey asked = plain("k" + number);
                issues.add(threads.submit(() -> {
                    try {
                        own.issue(actor, caller, asked);
                        return true;
                    } catch (ProblemException refused) {
                        return false;
                    }
                }));
            }
        }
        List<Boolean> issued = new ArrayList<>();
        for (Future<Boolean> issue : issues) {
            issued.add(issue.get());
        }

        assertThat(issued).filteredOn(done -> done).hasSize(2);
        assertThat(keys.list(caller.tenant())).hasSize(3);
    }

    @Test
    void aKeyOfAnotherTeamIsNone() {
        allow(5, null, null);
        UUID others = database.sql("select id from api_key where tenant_id <> ? limit 1")
                .param(caller.tenant().id().value())
                .query(UUID.class)
                .single();

        assertRefused(() -> own.rotate(actor, caller, others, new Rotation(0)), "has no key");
        assertRefused(
                () -> {
                    own.revoke(actor, caller, others);
                    return "";
                },
                "has no key");
    }

    /** Who signed in with a key: one that leaked must not make others. */
    @Test
    void aSessionByKeyManagesNoKeys() {
        allow(5, null, null);
        Session team = Session.signedIn("http://localhost:" + port, key);
        team.get("/console/team");

        assertThat(team.get("/console/team/keys").statusCode()).isEqualTo(403);
        assertThat(team.post("/console/team/keys", Map.of("name", "ci")).statusCode())
                .isEqualTo(403);
        String path = "/console/team/keys/" + caller.keyId().value();
        assertThat(team.post(path + "/rotate", Map.of("graceSeconds", "0")).statusCode())
                .isEqualTo(403);
        assertThat(team.post(path + "/revoke", Map.of()).statusCode()).isEqualTo(403);
        assertThat(team.get("/console/team").body()).doesNotContain("/console/team/keys");
        assertThat(keys.list(caller.tenant())).hasSize(1);
    }

    private void allow(int mostKeys, @Nullable Integer days, @Nullable Long budget) {
        operations.change(ALICE, caller.tenant().name(), new SelfServiceTerms(mostKeys, days, budget));
    }

    private static NewKey plain(String name) {
        return new NewKey(name, null, null, null);
    }

    private static void assertRefused(Callable<?> operation, String sentence) {
        assertThatThrownBy(operation::call)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.problem().detail()).contains(sentence));
    }
}
