package io.klinggateway.tracking;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the vendor's list does not show is read singly, and more and more rarely. */
@Timeout(120)
class UnlistedJobReaderTests extends TrackingScenario {

    private static final String NOTHING = "{\"jobs\":[],\"nextCursor\":null,\"hasMore\":false}";
    private static final Duration A_LITTLE = Duration.ofSeconds(1);

    @Test
    void aJobThatTheListNeverShowsIsSettledByASingleRead() {
        UUID id = unlisted();
        finishVendorJobs();

        stragglers.pass();

        assertThat(state(id)).isEqualTo("COMPLETED");
        assertThat(Calls.single()).isOne();
    }

    @Test
    void singleReadsOfAnOpenJobBackOff() {
        UUID id = unlisted();

        stragglers.pass();
        stragglers.pass();
        assertThat(Calls.single()).isOne();
        assertThat(untilNextReadOf(id))
                .isBetween(Duration.ofSeconds(4), Duration.ofSeconds(5).plusMillis(500));

        moveTimeTo(Duration.ofSeconds(60));
        stragglers.pass();
        assertThat(Calls.single()).isEqualTo(2);
        assertThat(untilNextReadOf(id)).isBetween(Duration.ofSeconds(13), Duration.ofSeconds(17));

        moveTimeTo(Duration.ofHours(1));
        stragglers.pass();
        stragglers.pass();
        assertThat(Calls.single()).isEqualTo(3);
        assertThat(untilNextReadOf(id)).isBetween(Duration.ofSeconds(23), Duration.ofSeconds(25));
        assertThat(state(id)).isEqualTo("PROCESSING");
    }

    @Test
    void aSweepGoesNoFurtherForWhatIsReadSingly() {
        unlisted();
        door.resetRequests();
        othersOrder(150);
        moveTimeTo(Duration.ofMinutes(1));

        sweep.pass();

        assertThat(Calls.list()).isOne();
    }

    @Test
    void aJobThatTheListShowsAgainIsNoLongerReadSingly() {
        UUID job = newJob("ours");
        UUID id = openWith(job);
        StubMapping hidden = listIs(okJson(NOTHING));
        moveTimeTo(Duration.ofSeconds(6));
        sweep.pass();
        assertThat(isReadSingly(id)).isTrue();

        removeStub(hidden);
        moveTimeTo(SAFETY_INTERVAL.plusSeconds(8));
        sweep.pass();

        assertThat(isReadSingly(id)).isFalse();
        stragglers.pass();
        assertThat(Calls.single()).isZero();
    }

    @Test
    void twoReplicasReadNoJobTwice() {
        List<UUID> ids = open(10);
        listIs(okJson(NOTHING));
        moveTimeTo(Duration.ofSeconds(6));
        sweep.pass();
        assertThat(ids).allMatch(this::isReadSingly);

        List<OpenJob> first = tracking.claimStragglers(5);
        List<OpenJob> second = tracking.claimStragglers(10);

        assertThat(first).hasSize(5).doesNotContainAnyElementsOf(second);
        assertThat(second).hasSize(5);
        assertThat(tracking.claimStragglers(10)).isEmpty();
        moveTimeTo(Duration.ofSeconds(6).plus(LEASE).plus(A_LITTLE));
        assertThat(tracking.claimStragglers(10)).as("their reader died").hasSize(10);
    }

    @Test
    void aVendorThatDoesNotTellIsAskedAgainLater() {
        UUID id = unlisted();
        door.stubFor(get(urlPathMatching("/v2/jobs/.+"))
                .atPriority(1)
                .willReturn(aResponse().withStatus(503)));

        stragglers.pass();

        assertThat(state(id)).isEqualTo("QUEUED");
        assertThat(untilNextReadOf(id)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(6));
    }

    @Test
    void aJobThatTheVendorDoesNotKnowForTenMinutesIsForTheOperators() {
        UUID id = openWith(UUID.randomUUID());
        moveTimeTo(Duration.ofSeconds(6));
        sweep.pass();

        stragglers.pass();
        moveTimeTo(Duration.ofMinutes(9));
        stragglers.pass();
        assertThat(state(id)).isEqualTo("QUEUED");

        moveTimeTo(Duration.ofMinutes(11));
        stragglers.pass();
        assertThat(state(id)).isEqualTo("IN_REVIEW");
    }

    @Test
    void theTenMinutesBeginAnewOnceTheVendorKnowsTheJob() {
        UUID id = unlisted();
        StubMapping unknown = door.stubFor(get(urlPathMatching("/v2/jobs/.+"))
                .atPriority(1)
                .willReturn(aResponse().withStatus(404).withBody("{}")));
        stragglers.pass();
        removeStub(unknown);
        moveTimeTo(Duration.ofMinutes(9));
        stragglers.pass();
        door.addStubMapping(unknown);

        moveTimeTo(Duration.ofMinutes(12));
        stragglers.pass();

        assertThat(state(id)).isEqualTo("PROCESSING");
    }

    /** Open, and the list has not shown it for long enough. */
    private UUID unlisted() {
        UUID id = open(1).getFirst();
        listIs(okJson(NOTHING));
        moveTimeTo(Duration.ofSeconds(6));
        sweep.pass();
        assertThat(isReadSingly(id)).isTrue();
        return id;
    }
}
