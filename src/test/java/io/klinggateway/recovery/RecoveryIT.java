package io.klinggateway.recovery;

import static io.klinggateway.recovery.RecoveryScenario.HIDDEN;
import static io.klinggateway.recovery.RecoveryScenario.operator;
import static io.klinggateway.recovery.RecoveryScenario.team;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The story of one restore: what was done before the backup, what was lost, and what is known again. */
@Tag("slow")
@Timeout(120)
class RecoveryIT {

    private static final int OTHERS = 120;
    private static final Duration SOON = Duration.ofSeconds(20);

    private final RecoveryScenario scenario = new RecoveryScenario();

    @Test
    void whatTheBooksHaveLostIsBookedOnceOrShownToOperators() {
        try (scenario) {
            Lost lost = loseHalf();
            StubMapping failing = scenario.listFails();
            long sent = scenario.vendorJobs().size();
            try (Replica restored = scenario.start(lost.backup(), lost.since())) {
                theDoorIsClosed(restored);
                assertThat(scenario.vendorJobs()).hasSize((int) sent);
                aReadThatFailsIsNotTakenForAJobWithoutATrace(restored, failing);
                await().atMost(SOON)
                        .untilAsserted(() -> team(restored).get("/v2/jobs").expect(200));
                restored.management().get("/actuator/health/readiness").expect(200);

                whatWaitedIsNotSentTwice(restored, lost);
                whatCarriesATraceIsTheTeams(restored, lost);
                aRepeatedCallFindsItsJob(restored);
                operatorsBookWhatNobodyCanTell(restored, lost);
                theReportSaysAll(restored);
                everyCreditIsInTheBooks(restored);
                aMomentIsRecoveredOnceAndByOneReplica(restored, lost);
                theCheckThatAlwaysRunsFindsWhatNoRecoveryLookedFor(restored);
            }
        }
    }

    /** Each of them once kept the gate closed for ever, or made a team pay for what it was told had failed. */
    @Test
    void jobsThatAreResolvedOrWhoseGenerationsHadEndedAreBookedOnNobody() {
        try (scenario) {
            TestDatabase database = TestDatabase.migrated();
            TestDatabase backup;
            String since;
            try (Replica first = scenario.start(database, null)) {
                Client alpha = team(first);
                alpha.await(alpha.order("\"prompt\":\"before\""), "COMPLETED");
                RecoveryScenario.holdQueueBack(first);
                String waited = alpha.order("\"prompt\":\"waited\"");
                String keyed =
                        order(alpha, "waited with a key", "k1").expect(202).text("jobId");
                since = Instant.now().toString();
                backup = database.copy();
                RecoveryScenario.letQueueGo(backup);
                RecoveryScenario.letQueueGo(database);
                alpha.await(waited, "COMPLETED");
                alpha.await(keyed, "COMPLETED");
                alpha.await(alpha.order("\"prompt\":\"dismissed\""), "COMPLETED");
            }
            JdbcClient books = JdbcClient.create(backup.dataSource());
            RecoveryScenario.endWhatWaits(books);
            RecoveryScenario.dismissOrphan(books, scenario.vendorJob("dismissed"));

            try (Replica restored = scenario.start(backup, since)) {
                await().atMost(SOON)
                        .untilAsserted(() -> team(restored).get("/v2/jobs").expect(200));

                assertThat(books.sql("select count(*) from generation where captured_credits is distinct from 0")
                                .query(Long.class)
                                .single())
                        .isOne();
                JsonNode report = recovery(restored);
                assertThat(report.path("bookedJobs").intValue()).isZero();
                assertThat(report.path("openJobs").intValue()).isEqualTo(2);
            }
        }
    }

    private record Lost(TestDatabase backup, String since, String waited, String waitedHidden, String traced) {}

    private Lost loseHalf() {
        TestDatabase database = TestDatabase.migrated();
        try (Replica first = scenario.start(database, null)) {
            Client alpha = team(first);
            alpha.await(alpha.order("\"prompt\":\"before\""), "COMPLETED");
            RecoveryScenario.readBalance(first);
            RecoveryScenario.holdQueueBack(first);
            String waited = alpha.order("\"prompt\":\"waited\"");
            String waitedHidden = alpha.order("\"prompt\":\"" + HIDDEN + "waited\"");
            String since = Instant.now().toString();
            TestDatabase backup = database.copy();
            RecoveryScenario.letQueueGo(backup);
            RecoveryScenario.letQueueGo(database);

            alpha.await(waited, "COMPLETED");
            alpha.await(waitedHidden, "COMPLETED");
            String traced = alpha.order("\"prompt\":\"traced\",\"klingImageParams\":{\"n\":3}");
            order(alpha, "traced with a key", "k1");
            order(alpha, HIDDEN + "with a key", "k2");
            order(alpha, HIDDEN + "with another key", "k3");
            String failed = alpha.order("\"prompt\":\"[fail] lost\"");
            scenario.othersOrder(OTHERS, "not ours");
            alpha.await(traced, "COMPLETED");
            alpha.await(failed, "FAILED");
            return new Lost(backup, since, waited, waitedHidden, traced);
        }
    }

    private static Answer order(Client alpha, String prompt, String key) {
        return alpha.post(
                "/v2/images/generate",
                "{\"prompt\":\"" + prompt + "\",\"model\":\"kling-image\"}",
                "Idempotency-Key",
                key);
    }

    private void aReadThatFailsIsNotTakenForAJobWithoutATrace(Replica restored, StubMapping failing) {
        StubMapping unread = scenario.singleReadsFailBut(scenario.vendorJob("before"));
        scenario.works(failing);
        await().atMost(SOON).until(() -> scenario.wasUsed(unread));
        await().during(Duration.ofMillis(1500))
                .atMost(SOON)
                .until(() -> recovery(restored).path("finishedAt").isNull());
        scenario.works(unread);
    }

    private static void theDoorIsClosed(Replica restored) {
        Answer refused = order(team(restored), "at the closed gate", "k4").expect(503);
        assertThat(refused.code()).isEqualTo("recovering");
        assertThat(refused.header("Retry-After")).isEqualTo("10");
        assertThat(team(restored).get("/v2/jobs").expect(503).code()).isEqualTo("recovering");
        assertThat(restored.management().get("/actuator/prometheus").body().lines())
                .as("counted at its path, for the alerts on errors")
                .anyMatch(line -> line.startsWith("http_server_requests_seconds_count")
                        && line.contains("status=\"503\"")
                        && line.contains("uri=\"/v2/images/generate\""));
        restored.management().get("/actuator/health/readiness").expect(503);
        restored.management().get("/actuator/health/liveness").expect(200);
        JsonNode report = recovery(restored);
        assertThat(report.path("finishedAt").isNull()).isTrue();
        assertThat(report.path("repeatedJobs").intValue()).isEqualTo(2);
    }

    private static JsonNode recovery(Replica restored) {
        return operator(restored, "GET", "/recoveries", "")
                .expect(200)
                .json()
                .path("recoveries")
                .path(0);
    }

    /** One is told by its trace, the other by the vendor's answer to its repetition. */
    private void whatWaitedIsNotSentTwice(Replica restored, Lost lost) {
        team(restored).await(lost.waited(), "COMPLETED");
        team(restored).await(lost.waitedHidden(), "COMPLETED");

        scenario.vendorJob("waited");
        UUID hidden = scenario.vendorJob(HIDDEN + "waited");
        assertThat(orphan(restored, hidden).path("resolution").asString()).isEqualTo("FOUND");
        assertThat(orphan(restored, hidden).path("generationId").asString()).isEqualTo(lost.waitedHidden());
    }

    private void whatCarriesATraceIsTheTeams(Replica restored, Lost lost) {
        JsonNode traced = team(restored).await(lost.traced(), "COMPLETED");
        assertThat(traced.path("creditCost").intValue()).isEqualTo(6);
        assertThat(traced.path("result").path("images")).hasSize(3);
        assertThat(traced.path("input").path("prompt").asString()).isEqualTo("traced");
        assertThat(traced.path("input").has("webhookUrl")).isFalse();

        Answer repeated = order(team(restored), "traced with a key", "k1").expect(202);
        assertThat(repeated.header("Idempotent-Replayed")).isEqualTo("true");
        team(restored).await(repeated.text("jobId"), "COMPLETED");
        scenario.vendorJob("traced with a key");
    }

    private void aRepeatedCallFindsItsJob(Replica restored) {
        UUID job = scenario.vendorJob(HIDDEN + "with a key");
        assertThat(orphan(restored, job).path("resolution").isNull()).isTrue();

        String id =
                order(team(restored), HIDDEN + "with a key", "k2").expect(202).text("jobId");

        team(restored).await(id, "COMPLETED");
        assertThat(scenario.vendorJob(HIDDEN + "with a key")).isEqualTo(job);
        assertThat(orphan(restored, job).path("resolution").asString()).isEqualTo("FOUND");
    }

    private void operatorsBookWhatNobodyCanTell(Replica restored, Lost lost) {
        UUID job = scenario.vendorJob(HIDDEN + "with another key");
        String path = "/orphans/" + job + "/assignment";
        String toAlpha = "{\"tenant\":\"alpha\",\"reason\":\"found in the log\"}";
        operator(restored, "POST", path, "{\"tenant\":\"nobody\",\"reason\":\"x\"}")
                .expect(404);

        RecoveryScenario.holdQueueBack(restored);
        String unanswered = team(restored).order("\"prompt\":\"unanswered\"");
        RecoveryScenario.loseAnswer(restored, unanswered);
        RecoveryScenario.letQueueGo(lost.backup());
        assertThat(operator(restored, "POST", path, toAlpha).expect(409).text("error"))
                .contains(unanswered);
        RecoveryScenario.end(restored, unanswered);

        Answer booked = operator(restored, "POST", path, toAlpha).expect(200);
        assertThat(booked.text("resolution")).isEqualTo("BOOKED");
        operator(restored, "POST", path, toAlpha).expect(409);
        JsonNode shown = team(restored)
                .get("/v2/jobs/" + booked.text("generationId"))
                .expect(200)
                .json();
        assertThat(shown.path("status").asString()).isEqualTo("COMPLETED");
        assertThat(shown.path("creditCost").intValue()).isEqualTo(2);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(operator(restored, "GET", "/audit?tenant=alpha", "")
                                .body())
                        .containsOnlyOnce("\"orphan.assign\""));

        // Its caller's key is not known: the vendor answers a repetition with the job that is booked.
        String repeated = order(team(restored), HIDDEN + "with another key", "k3")
                .expect(202)
                .text("jobId");
        JsonNode ended = team(restored).await(repeated, "FAILED");
        assertThat(ended.path("creditCost").intValue()).isZero();
        scenario.vendorJob(HIDDEN + "with another key");

        UUID others = scenario.vendorJobs("not ours").getFirst().id();
        String dismissal = "{\"reason\":\"the studio's own\"}";
        operator(restored, "POST", "/orphans/" + others + "/dismissal", dismissal)
                .expect(200);
        operator(restored, "POST", "/orphans/" + others + "/dismissal", dismissal)
                .expect(409);
        operator(restored, "POST", "/orphans/" + others + "/assignment", toAlpha)
                .expect(409);
    }

    private void theReportSaysAll(Replica restored) {
        JsonNode report = recovery(restored);

        assertThat(report.path("finishedAt").isString()).isTrue();
        assertThat(report.path("listedJobs").intValue())
                .isEqualTo(scenario.vendorJobs().size());
        assertThat(report.path("freeJobs").intValue()).isOne();
        assertThat(report.path("unknownJobs").intValue()).isEqualTo(OTHERS + 6);
        assertThat(report.path("unknownCredits").intValue()).isEqualTo(2 * (OTHERS + 5) + 6);
        assertThat(report.path("bookedJobs").intValue()).isEqualTo(3);
        assertThat(report.path("foundJobs").intValue()).isEqualTo(3);
        assertThat(report.path("openJobs").intValue()).isEqualTo(OTHERS - 1);
        Answer orphans = operator(restored, "GET", "/orphans?limit=1000", "").expect(200);
        assertThat(orphans.json().path("items")).hasSize(OTHERS - 1);
        assertThat(operator(restored, "GET", "/orphans?limit=100", "")
                        .json()
                        .path("nextCursor")
                        .isString())
                .isTrue();
    }

    private void everyCreditIsInTheBooks(Replica restored) {
        JdbcClient books = restored.jdbc();
        for (String difference : new String[] {
            "ledger_difference",
            "generation_hold_difference",
            "generation_capture_difference",
            "spend_difference",
            "spend_day_difference"
        }) {
            assertThat(books.sql("select * from " + difference).query().listOfRows())
                    .as(difference)
                    .isEmpty();
        }
        long paid = books.sql("select sum(credits) from spend_total")
                .query(Long.class)
                .single();
        assertThat(paid).isEqualTo(scenario.vendorTook() - 2 * OTHERS);
        RecoveryScenario.readBalance(restored);
        JsonNode reconciliation =
                operator(restored, "GET", "/reconciliation", "").expect(200).json();
        assertThat(reconciliation.path("orphanJobs").intValue()).isEqualTo(OTHERS - 1);
        assertThat(reconciliation.path("orphanCredits").intValue()).isEqualTo(2 * (OTHERS - 1));
        assertThat(metric(restored, "kling_gateway_upstream_drift_credits")).isZero();
        // Spend of the lost time belongs to the time of the vendor's job.
        assertThat(books.sql("""
                        select count(*) from generation g join journal_entry j on j.generation_id = g.id and j.entry_kind = 'HOLD'
                         where g.created_at <> j.at
                        """).query(Long.class).single()).isZero();
    }

    private static void aMomentIsRecoveredOnceAndByOneReplica(Replica restored, Lost lost) {
        RecoveryRepository recoveries = restored.bean(RecoveryRepository.class);
        recoveries.begin(Instant.parse(lost.since()));
        assertThat(recoveries.isUnderWay()).isFalse();

        restored.bean("recoveryLoop", BackgroundLoop.class).stop();
        recoveries.begin(Instant.parse(lost.since()).minusSeconds(60));
        assertThat(recoveries.claim(Duration.ofMinutes(1))).hasSize(1);
        assertThat(recoveries.claim(Duration.ofMinutes(1)))
                .as("another replica is at it")
                .isEmpty();
        assertThat(order(team(restored), "behind an open gate", "k5")
                        .expect(503)
                        .code())
                .as("the database itself is closed")
                .isEqualTo("recovering");
        // The replica died: its lease ends, and another begins anew.
        restored.jdbc().sql("update recovery set due_at = gateway_now()").update();
        restored.bean("recoveryLoop", BackgroundLoop.class).start();
        await().atMost(SOON).until(() -> !recoveries.isUnderWay());
        assertThat(recovery(restored).path("unknownJobs").intValue()).isEqualTo(OTHERS + 6);
        assertThat(recovery(restored).path("openJobs").intValue()).isEqualTo(OTHERS - 1);
    }

    private void theCheckThatAlwaysRunsFindsWhatNoRecoveryLookedFor(Replica restored) {
        JdbcClient books = restored.jdbc();
        assertThat(books.sql("delete from orphan_job where resolution is null").update())
                .isEqualTo(OTHERS - 1);
        books.sql("update vendor_list_check set read_until = read_until - interval '1 hour', due_at = gateway_now()")
                .update();

        restored.bean("orphanCheckLoop", BackgroundLoop.class).wake();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(metric(restored, "kling_gateway_orphan_jobs"))
                        .isEqualTo(OTHERS - 1));
        assertThat(metric(restored, "kling_gateway_orphan_credits")).isEqualTo(2 * (OTHERS - 1));
        assertThat(metric(restored, "kling_gateway_orphan_check_age_seconds")).isLessThan(60);
        assertThat(metric(restored, "kling_gateway_recovery_running")).isZero();
    }

    private static double metric(Replica restored, String name) {
        return restored.management()
                .get("/actuator/prometheus")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static JsonNode orphan(Replica restored, UUID job) {
        for (JsonNode orphan : operator(restored, "GET", "/orphans?state=all&limit=1000", "")
                .json()
                .path("items")) {
            if (orphan.path("upstreamJobId").asString().equals(job.toString())) {
                return orphan;
            }
        }
        throw new AssertionError("no orphan " + job);
    }
}
