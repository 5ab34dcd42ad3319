package io.klinggateway.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** When a budget's use raises a notice: written by the hold itself. */
@Timeout(90)
class NoticeBudgetTests extends NoticeScenario {

    private static final String HOLD = """
            select (ledger_hold(:generation, t.id, k.id, :credits, 'a test', k.key_budget_id)).accepted
              from tenant t join api_key k on k.tenant_id = t.id where t.name = :team
            """;

    @Autowired
    private TransactionOperations transactions;

    @BeforeEach
    void twentyCreditsADay() {
        budget("{\"windows\": [{\"period\": \"DAY\", \"limit\": 20}]}");
    }

    @Test
    void eachThresholdIsToldOnceInThePeriodToTheTeamsChannels() {
        addWebhook();
        client().order("\"prompt\":\"a fox\",\"klingImageParams\":{\"n\":4}");
        assertThat(told()).isEmpty();

        for (int images : new int[] {1, 3, 1, 1}) {
            client().order("\"prompt\":\"a fox\",\"klingImageParams\":{\"n\":" + images + "}");
        }

        assertThat(told()).containsExactly(100, 80, 50);
        JsonNode last =
                awaitEnded(notices("BUDGET_THRESHOLD").getFirst().path("id").asString());
        assertThat(last.path("title").asString()).isEqualTo(team + " has used 100 % of its daily budget");
        assertThat(last.path("message").asString())
                .startsWith("20 of 20 credits are spent or held. It resets at ")
                .endsWith("00:00 UTC.");
        assertThat(last.path("deliveries")
                        .valueStream()
                        .map(delivery -> delivery.path("channel").asString()))
                .containsExactly("hook", "chat");
        await().atMost(Duration.ofSeconds(15)).until(() -> receiver.all().size() == 3);
        assertThat(client().get("/v2/notices").json().path("items")).hasSize(3);
    }

    @Test
    void concurrentHoldsTellEachThresholdOnce() throws Exception {
        budget("{\"windows\": [{\"period\": \"DAY\", \"limit\": 100}, {\"period\": \"MONTH\", \"limit\": 200}]}");
        List<Future<Boolean>> holds = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(16)) {
            for (int i = 0; i < 60; i++) {
                holds.add(threads.submit(() -> hold(UUID.randomUUID(), 2)));
            }
        }

        int accepted = 0;
        for (Future<Boolean> hold : holds) {
            accepted += hold.get() ? 1 : 0;
        }
        assertThat(accepted).isEqualTo(50);
        assertThat(notices("BUDGET_THRESHOLD"))
                .extracting(notice -> notice.path("facts").path("window").asString() + " "
                        + notice.path("facts").path("threshold").asInt())
                .containsExactlyInAnyOrder("day 50", "day 80", "day 100", "month 50");
    }

    @Test
    void ofSeveralThresholdsAtOnceTheHighestIsTold() {
        hold(17);

        assertThat(told()).containsExactly(80);
    }

    @Test
    void aThresholdThatIsReachedAgainAfterAReleaseIsNotToldAgain() {
        hold(12);
        UUID released = hold(4);
        resolve(released);
        change("{\"thresholds\": [50, 80, 99]}").expect(200);
        hold(4);

        assertThat(told()).containsExactly(80, 50);
    }

    @Test
    void moreCreditsArmWhatTheUseIsBelowAgain() {
        hold(16);
        operator("POST", "/tenants/" + team + "/grants", "{\"credits\": 4, \"reason\": \"a test\"}")
                .expect(200);
        // 16 of 24: above 50 %, below 80 %.
        hold(4);
        assertThat(told()).as("80 % anew").containsExactly(80, 80);
        budget("{\"windows\": [{\"period\": \"DAY\", \"limit\": 96}]}");
        // 20 of 100.
        hold(30);

        assertThat(told()).containsExactly(50, 80, 80);
        assertThat(notices("BUDGET_THRESHOLD"))
                .extracting(notice -> notice.path("facts").path("allowed").asInt())
                .containsExactly(100, 24, 20);
    }

    @Test
    void aLimitThatIsLoweredBelowTheUseIsTold() {
        hold(12);
        budget("{\"windows\": [{\"period\": \"DAY\", \"limit\": 12}]}");

        assertThat(told()).containsExactly(100, 50);
    }

    @Test
    void aHoldThatIsUndoneTellsNothing() {
        hold(2);
        transactions.executeWithoutResult(_ -> {
            move(16);
            move(-16);
        });
        assertThat(told()).isEmpty();

        transactions.executeWithoutResult(status -> {
            move(16);
            status.setRollbackOnly();
        });
        assertThat(told()).isEmpty();
    }

    @Test
    void anotherPeriodIsToldAnew() {
        hold(10);
        jdbc.sql("""
                        create or replace function gateway_now() returns timestamptz language sql volatile
                        return clock_timestamp() + interval '1 day'
                        """).update();
        try {
            hold(10);
        } finally {
            jdbc.sql(
                            "create or replace function gateway_now() returns timestamptz language sql volatile return clock_timestamp()")
                    .update();
        }

        assertThat(told()).containsExactly(50, 50);
    }

    @Test
    void aTeamHasThresholdsOfItsOwnAndHearsAtOnceWhatItHasPassed() {
        hold(12);
        change("{\"thresholds\": [55, 90]}").expect(200);
        assertThat(told()).containsExactly(55, 50);
        hold(5);
        assertThat(told()).containsExactly(55, 50);
        hold(1);
        assertThat(told()).containsExactly(90, 55, 50);
        change("{\"thresholds\": []}").expect(200);
        hold(2);

        assertThat(told()).containsExactly(90, 55, 50);
    }

    @Test
    void thresholdsThatChangeWhileAPeriodBeginsHoldForIt() {
        CompletableFuture<Void> changed = new CompletableFuture<>();
        transactions.executeWithoutResult(_ -> {
            hold(2);
            Thread.ofVirtual().start(() -> {
                change("{\"thresholds\": [20]}").expect(200);
                changed.complete(null);
            });
            await().atMost(Duration.ofSeconds(10)).until(() -> somebodyWaitsForALock() || changed.isDone());
        });
        changed.join();
        assertThat(told()).isEmpty();
        hold(2);

        assertThat(told()).containsExactly(20);
    }

    private boolean somebodyWaitsForALock() {
        return jdbc.sql(
                        "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')")
                .query(Boolean.class)
                .single();
    }

    @Test
    void aShadowLimitTellsItsOwnAndSaysSo() {
        budget("{\"windows\": [{\"period\": \"DAY\", \"limit\": 100, \"shadowLimit\": 10}]}");
        hold(50);
        hold(2);

        assertThat(notices("BUDGET_THRESHOLD"))
                .extracting(notice -> notice.path("title").asString())
                .containsExactlyInAnyOrder(
                        team + " has used 50 % of its daily budget",
                        team + " has used 100 % of its daily budget (shadow)");
        assertThat(notices("BUDGET_THRESHOLD"))
                .filteredOn(notice -> notice.path("facts").path("shadow").asBoolean())
                .singleElement()
                .satisfies(
                        notice -> assertThat(notice.path("message").asString()).endsWith("refuses nothing."));
        budget("{\"windows\": [{\"period\": \"DAY\", \"limit\": 100, \"shadowLimit\": 80}]}");
        hold(12);
        assertThat(told()).as("64 of 80, the shadow limit's again").containsExactly(80, 100, 50);
    }

    @Test
    void aKeysOwnBudgetNamesTheKey() {
        operator("PATCH", "/tenants/" + team + "/keys/" + keyId, "{\"budget\": {\"limit\": 4}}")
                .expect(200);
        hold(2);

        assertThat(notices("BUDGET_THRESHOLD")).singleElement().satisfies(notice -> {
            assertThat(notice.path("title").asString()).startsWith("The key ci of " + team + " has used 50 % of its ");
            assertThat(notice.path("facts").path("allowed").asInt()).isEqualTo(4);
        });
    }

    @Test
    void mostHoldsRaiseNothingAndWriteNothingMore() {
        hold(2);
        transactions.executeWithoutResult(_ -> {
            long before = versions();
            hold(2);
            hold(2);
            jdbc.sql("set constraints all immediate").update();

            assertThat(versions() - before)
                    .as("one version of the row for each hold")
                    .isEqualTo(2);
        });
    }

    /** How often rows of periods were written, by this connection. */
    private long versions() {
        return jdbc.sql("select pg_stat_get_xact_tuples_updated('window_period'::regclass)")
                .query(Long.class)
                .single();
    }

    private List<Integer> told() {
        return notices("BUDGET_THRESHOLD").stream()
                .map(notice -> notice.path("facts").path("threshold").asInt())
                .toList();
    }

    private void budget(String budget) {
        operator("PATCH", "/tenants/" + team, "{\"budget\": " + budget + "}").expect(200);
    }

    /** @return its id */
    private UUID hold(long credits) {
        UUID generation = UUID.randomUUID();
        assertThat(hold(generation, credits)).isTrue();
        return generation;
    }

    private boolean hold(UUID generation, long credits) {
        return jdbc.sql(HOLD)
                .param("generation", generation)
                .param("credits", credits)
                .param("team", team)
                .query(Boolean.class)
                .single();
    }

    private void resolve(UUID generation) {
        jdbc.sql("select ledger_resolve(:generation, 'RELEASE', null, 'a test', 'a test')")
                .param("generation", generation)
                .query(Long.class)
                .single();
    }

    private void move(long credits) {
        jdbc.sql("""
                        update window_period p set held = held + :credits
                          from budget_window w, tenant t
                         where w.id = p.window_id and w.tenant_id = t.id and w.in_force and t.name = :team
                        """).param("credits", credits).param("team", team).update();
    }
}
