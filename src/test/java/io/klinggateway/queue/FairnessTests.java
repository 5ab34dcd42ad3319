package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.queue.QueueDatabase.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Whose turn it is, as the database alone decides it. */
class FairnessTests {

    private final QueueDatabase queue = new QueueDatabase();

    @AfterEach
    void disconnect() {
        queue.close();
    }

    @Test
    void aThousandThatWaitDelayAnotherTeamByOneTurn() {
        UUID busy = queue.team(1);
        UUID other = queue.team(1);
        queue.addWaiting(busy, busy, 1000);
        queue.turns(10);

        queue.addWaiting(other, other, 1);

        assertThat(queue.turns(2)).extracting(Turn::team).contains(other);
    }

    @Test
    void turnsAreSharedByWeight() {
        UUID heavy = queue.team(3);
        UUID light = queue.team(1);
        queue.addWaiting(heavy, heavy, 400);
        queue.addWaiting(light, light, 400);

        List<Turn> turns = queue.turns(400);

        assertThat(ofTeam(turns, heavy)).isBetween(299L, 301L);
        assertThat(ofTeam(turns, light)).isBetween(99L, 101L);
        for (int start = 0; start + 8 <= turns.size(); start += 8) {
            assertThat(ofTeam(turns.subList(start, start + 8), light))
                    .as("in each eight")
                    .isBetween(1L, 3L);
        }
    }

    @Test
    void aCallThatTakesSeveralTurnsSharesThemAsSeveralCallsDo() {
        UUID one = queue.team(1);
        UUID other = queue.team(1);
        queue.addWaiting(one, one, 100);
        queue.addWaiting(other, other, 100);

        List<Turn> turns = queue.next(20);

        assertThat(turns).hasSize(20);
        assertThat(ofTeam(turns, one)).isEqualTo(10);
    }

    @Test
    void keysOfATeamTakeTurns() {
        UUID team = queue.team(1);
        UUID batch = UUID.randomUUID();
        UUID person = UUID.randomUUID();
        queue.addWaiting(team, batch, 100);
        queue.turns(5);

        queue.addWaiting(team, person, 3);

        List<Turn> turns = queue.turns(6);
        assertThat(turns.stream().filter(turn -> turn.key().equals(person))).hasSize(3);
        for (int i = 1; i < turns.size(); i++) {
            assertThat(turns.get(i).key()).isNotEqualTo(turns.get(i - 1).key());
        }
    }

    @Test
    void inAKeyTheFirstToComeIsTheFirstToGo() {
        UUID team = queue.team(1);
        queue.addWaiting(team, team, 50);
        queue.jdbc()
                .sql("update generation set created_at = date_bin('10 milliseconds', created_at, timestamptz 'epoch')")
                .update();

        assertThat(queue.turns(50)).extracting(Turn::id).isEqualTo(queue.inOrder(team));
    }

    @Test
    void aTeamSavesUpNoTurnsWhileItIsAway() {
        UUID steady = queue.team(1);
        UUID late = queue.team(1);
        queue.addWaiting(steady, steady, 300);
        queue.addWaiting(late, late, 1);
        queue.turns(200);

        queue.addWaiting(late, late, 100);

        assertThat(ofTeam(queue.turns(40), late)).isBetween(19L, 21L);
    }

    @Test
    void comingAndGoingGainsNothing() {
        UUID steady = queue.team(1);
        UUID restless = queue.team(1);
        queue.addWaiting(steady, steady, 100);
        long turns = 0;
        for (int i = 0; i < 60; i++) {
            if (waiting(restless) == 0) {
                queue.addWaiting(restless, restless, 1);
            }
            turns += ofTeam(queue.next(1), restless);
        }

        assertThat(turns).isBetween(29L, 31L);
    }

    @Test
    void beingForgottenGainsNothing() {
        UUID steady = queue.team(1);
        UUID forgotten = queue.team(1);
        queue.addWaiting(steady, steady, 300);
        queue.addWaiting(forgotten, forgotten, 1);
        queue.turns(20);
        queue.moveTimeTo(Duration.ofSeconds(1));
        queue.turns(1);
        queue.moveTimeTo(Duration.ofSeconds(40));
        queue.turns(20);
        assertThat(queue.jdbc()
                        .sql("select tenant_id from queue_team")
                        .query(UUID.class)
                        .list())
                .containsExactly(steady);

        queue.addWaiting(forgotten, forgotten, 100);

        assertThat(ofTeam(queue.turns(40), forgotten)).isBetween(19L, 21L);
    }

    @Test
    void repeatsTakeEverySecondTurnWhileSomethingNewWaits() {
        UUID team = queue.team(1);
        UUID unlucky = queue.team(1);
        queue.addUnresolved(unlucky, 10);
        queue.addWaiting(team, team, 4);

        List<Turn> turns = queue.turns(14);

        assertThat(turns.subList(0, 8))
                .extracting(turn -> turn.attempt() > 1)
                .containsExactly(true, false, true, false, true, false, true, false);
        assertThat(turns.subList(8, 14)).as("nothing new is left").allMatch(turn -> turn.attempt() > 1);
        assertThat(turns).doesNotHaveDuplicates();
    }

    @Test
    void aRepeatIsChargedToItsTeam() {
        UUID unlucky = queue.team(1);
        UUID other = queue.team(1);
        queue.addWaiting(unlucky, unlucky, 40);
        queue.addUnresolved(unlucky, 10);
        queue.addWaiting(other, other, 40);

        List<Turn> turns = queue.turns(40);

        assertThat(ofTeam(turns, unlucky)).isBetween(19L, 21L);
    }

    @Test
    void aPausedHeadBlocksNobodyBehindIt() {
        UUID team = queue.team(1);
        queue.addWaiting(team, team, 3);
        List<UUID> order = queue.inOrder(team);
        queue.jdbc()
                .sql("update generation set due_at = gateway_now() + interval '20 seconds' where id = :id")
                .param("id", order.getFirst())
                .update();

        assertThat(queue.turns(3)).extracting(Turn::id).containsExactly(order.get(1), order.get(2));

        queue.moveTimeTo(Duration.ofSeconds(21));
        assertThat(queue.turns(1)).extracting(Turn::id).containsExactly(order.getFirst());
    }

    @Test
    void aTeamAtItsLimitBlocksNoOther() {
        UUID full = queue.team(1);
        UUID other = queue.team(1);
        limit(full, 2);
        queue.addWaiting(full, full, 10);
        queue.addWaiting(other, other, 10);

        List<Turn> turns = queue.turns(12);

        assertThat(ofTeam(turns, full)).isEqualTo(2);
        assertThat(ofTeam(turns, other)).isEqualTo(10);
    }

    @Test
    void aTeamSavesUpNoTurnsWhileItsOwnLimitKeepsItWaiting() {
        UUID limited = queue.team(1);
        UUID other = queue.team(1);
        limit(limited, 1);
        queue.addWaiting(limited, limited, 100);
        queue.addWaiting(other, other, 400);
        queue.turns(200);
        wakeTeams();
        queue.turns(1);

        limit(limited, 1000);
        wakeTeams();

        assertThat(ofTeam(queue.turns(40), other)).isBetween(19L, 21L);
    }

    /** As if half a second had gone by. */
    private void wakeTeams() {
        queue.jdbc().sql("update queue_team set not_before = gateway_now()").update();
    }

    private void limit(UUID team, int most) {
        queue.jdbc()
                .sql("update tenant set concurrent_generations = :most where id = :team")
                .param("most", most)
                .param("team", team)
                .update();
    }

    @Test
    void whatAnotherUpstreamOwnsIsLeftAlone() {
        UUID team = queue.team(1);
        queue.addWaiting(team, team, 2);
        queue.addUnresolved(team, 1);
        queue.jdbc()
                .sql("update generation set upstream = 'http://other.example'")
                .update();

        assertThat(queue.turns(3)).isEmpty();
    }

    /** The first attempt is its replica's alone; a caller may wait for its verdict there. */
    @Test
    void whatAnotherReplicaAdmittedIsAcknowledged() {
        UUID team = queue.team(1);
        queue.addWaiting(team, team, 2);
        UUID own = queue.inOrder(team).getFirst();
        queue.jdbc().sql("update generation set acknowledged = false").update();
        queue.jdbc()
                .sql("update generation set admitted_by = :replica where id = :id")
                .param("replica", new UUID(0, 1))
                .param("id", own)
                .update();

        assertThat(queue.turns(2)).extracting(Turn::acknowledged).containsExactly(false, true);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void replicasThatChooseAtOnceClaimEachOnceAndInOrder(int replicas) throws Exception {
        List<UUID> keys = new ArrayList<>();
        for (int team = 0; team < 4; team++) {
            UUID tenant = queue.team(team + 1);
            for (int key = 0; key < 2; key++) {
                keys.add(UUID.randomUUID());
                queue.addWaiting(tenant, keys.getLast(), 50);
            }
        }
        List<Turn> claimed = Collections.synchronizedList(new ArrayList<>());
        CyclicBarrier start = new CyclicBarrier(replicas);
        try (ExecutorService threads = Executors.newFixedThreadPool(replicas)) {
            List<Future<?>> working = new ArrayList<>();
            for (int replica = 0; replica < replicas; replica++) {
                working.add(threads.submit(() -> {
                    claimAll(start, claimed);
                    return true;
                }));
            }
            for (Future<?> work : working) {
                work.get();
            }
        }

        assertThat(claimed).hasSize(400);
        assertThat(new HashSet<>(claimed)).as("none twice").hasSize(400);
        assertThat(claimed).allMatch(turn -> turn.attempt() == 1);
        for (UUID key : keys) {
            // The lease tells when an attempt was opened.
            assertThat(queue.jdbc()
                            .sql("select id from generation where key_id = :key order by due_at, created_at, id")
                            .param("key", key)
                            .query(UUID.class)
                            .list())
                    .isEqualTo(queue.inOrder(key));
        }
        assertThat(queue.jdbc()
                        .sql("select turn from upstream_rate")
                        .query(Long.class)
                        .single())
                .isEqualTo(400);
    }

    private void claimAll(CyclicBarrier start, List<Turn> claimed) throws Exception {
        SingleConnectionDataSource own = queue.connect();
        try {
            JdbcClient jdbc = JdbcClient.create(own);
            start.await();
            for (List<Turn> turns = QueueDatabase.next(jdbc, 3);
                    !turns.isEmpty();
                    turns = QueueDatabase.next(jdbc, 3)) {
                claimed.addAll(turns);
            }
        } finally {
            own.destroy();
        }
    }

    private long waiting(UUID team) {
        return queue.jdbc()
                .sql("select count(*) from generation where tenant_id = :team and state = 'WAITING'")
                .param("team", team)
                .query(Long.class)
                .single();
    }

    private static long ofTeam(List<Turn> turns, UUID team) {
        return turns.stream().filter(turn -> turn.team().equals(team)).count();
    }
}
