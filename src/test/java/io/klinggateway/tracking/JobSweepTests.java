package io.klinggateway.tracking;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One look at the vendor's list serves all open jobs. */
@Timeout(120)
class JobSweepTests extends TrackingScenario {

    private static final String NOTHING = "{\"jobs\":[],\"nextCursor\":null,\"hasMore\":false}";
    private static final Duration A_LITTLE = Duration.ofSeconds(1);

    @Test
    void manyOpenJobsAreSettledByFewCalls() {
        open(250);
        finishVendorJobs();

        sweep.pass();

        assertThat(inState("COMPLETED")).isEqualTo(250);
        assertThat(Calls.list()).isEqualTo(3);
        assertThat(Calls.single()).isZero();
        assertThat(jdbc.sql("select held, captured from window_period order by captured desc limit 1")
                        .query((row, _) -> List.of(row.getLong(1), row.getLong(2)))
                        .single())
                .containsExactly(0L, 500L);
    }

    @Test
    void whatIsStillOpenStaysOpenAndGoesOn() {
        UUID id = open(1).getFirst();

        sweep.pass();

        assertThat(state(id)).isEqualTo("PROCESSING");
        assertThat(isReadSingly(id)).isFalse();
    }

    @Test
    void eachJobEndsAsTheVendorShowsIt() {
        UUID completed = open(1).getFirst();
        UUID failed = openWith(newJob("[fail]"));
        UUID cancelled = openWith(newJob("[cancel]"));
        finishVendorJobs();

        sweep.pass();

        assertThat(state(completed)).isEqualTo("COMPLETED");
        assertThat(state(failed)).isEqualTo("FAILED");
        assertThat(state(cancelled)).isEqualTo("CANCELLED");
    }

    @Test
    void jobsOfOthersAreIgnored() {
        UUID before = open(1).getFirst();
        othersOrder(150);
        UUID after = open(1).getFirst();
        finishVendorJobs();

        sweep.pass();

        assertThat(state(before)).isEqualTo("COMPLETED");
        assertThat(state(after)).isEqualTo("COMPLETED");
        assertThat(Calls.list()).isEqualTo(2);
        assertThat(inState("COMPLETED")).isEqualTo(2);
        assertThat(jdbc.sql("select count(*) from orphan_job").query(Long.class).single())
                .isZero();
    }

    @Test
    void theListIsReadNoFurtherThanTheOldestOpenJob() {
        moveVendorTimeTo(Duration.ofHours(-1));
        othersOrder(250);
        moveVendorTimeTo(Duration.ZERO);
        UUID id = openWith(UUID.randomUUID());

        sweep.pass();

        assertThat(Calls.list()).isOne();
        assertThat(state(id)).isEqualTo("QUEUED");
    }

    @Test
    void withoutOpenJobsTheVendorIsNotAsked() {
        sweep.pass();

        assertThat(Calls.list()).isZero();
        assertThat(untilNextSweep()).isLessThanOrEqualTo(INTERVAL);
    }

    @Test
    void anEmptyListChangesNothingButWhoIsReadSinglyAfterAWhile() {
        UUID id = open(1).getFirst();
        listIs(okJson(NOTHING));

        sweep.pass();
        assertThat(isReadSingly(id)).isFalse();

        moveTimeTo(SAFETY_INTERVAL.plus(A_LITTLE));
        sweep.pass();
        assertThat(isReadSingly(id)).isTrue();
        assertThat(state(id)).isEqualTo("QUEUED");
        assertThat(Calls.list()).isEqualTo(2);
        assertThat(Calls.single()).isZero();
    }

    @Test
    void aListThatFailsForAWhileLosesNothing() {
        List<UUID> ids = open(5);
        finishVendorJobs();
        StubMapping failing = listIs(aResponse().withStatus(503));

        sweep.pass();
        assertThat(inState("QUEUED")).isEqualTo(5);
        assertThat(ids).noneMatch(this::isReadSingly);

        makeSweepDue();
        sweep.pass();
        assertThat(Calls.list()).isEqualTo(2);
        assertThat(ids).as("open for less than 30 s").noneMatch(this::isReadSingly);

        removeStub(failing);
        makeSweepDue();
        sweep.pass();
        assertThat(inState("COMPLETED")).isEqualTo(5);
        assertThat(Calls.single()).isZero();
    }

    @Test
    void aListThatFailsForLongIsMadeUpForBySingleReads() {
        List<UUID> ids = open(5);
        finishVendorJobs();
        listIs(aResponse().withStatus(503));

        moveTimeTo(Duration.ofSeconds(31));
        sweep.pass();
        assertThat(ids).allMatch(this::isReadSingly);

        stragglers.pass();
        assertThat(inState("COMPLETED")).isEqualTo(5);
        assertThat(Calls.single()).isEqualTo(5);
    }

    @Test
    void onlyOneReplicaSweepsAtATime() {
        open(1);
        StubMapping slow = listIs(okJson(NOTHING).withFixedDelay(1_500));

        CompletableFuture<Void> first = CompletableFuture.runAsync(sweep::pass);
        await().until(this::someReplicaSweeps);
        sweep.pass();
        sweep.pass();
        first.join();

        assertThat(Calls.list()).isOne();
        removeStub(slow);
        sweep.pass();
        assertThat(Calls.list()).as("not due yet").isOne();
        makeSweepDue();
        sweep.pass();
        assertThat(Calls.list()).isEqualTo(2);
    }

    private boolean someReplicaSweeps() {
        return jdbc.sql("select sweeping from upstream_sweep")
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    @Test
    void whenTheSweepingReplicaDiesAnotherTakesOverAfterItsLease() {
        UUID id = open(1).getFirst();
        finishVendorJobs();
        assertThat(tracking.claimSweep()).isTrue();

        sweep.pass();
        moveTimeTo(LEASE.minusSeconds(5));
        sweep.pass();
        assertThat(Calls.list()).isZero();

        moveTimeTo(LEASE.plus(A_LITTLE));
        sweep.pass();
        assertThat(Calls.list()).isOne();
        assertThat(state(id)).isEqualTo("COMPLETED");
    }

    @Test
    void whileTheVendorCallsUsTheNextSweepIsRareUnlessSomebodyFollowsAJob() {
        UUID id = open(1).getFirst();

        sweep.pass();
        assertThat(untilNextSweep()).isBetween(SAFETY_INTERVAL.minusSeconds(5), SAFETY_INTERVAL);

        follow(id);
        moveTimeTo(SAFETY_INTERVAL.plus(A_LITTLE));
        follow(id);
        sweep.pass();
        assertThat(untilNextSweep()).isLessThanOrEqualTo(INTERVAL);
    }
}
