package io.klinggateway.queue;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.queue.QueueRepository.Pause;
import io.klinggateway.queue.QueueRepository.Waiting;
import io.klinggateway.queue.QueueRepository.WaitingKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Says how long the queue is and when a generation is likely to start. Counts everything that waits once in two seconds, so
 * that no caller has to; what this replica has admitted since is added.
 */
@Component
public class QueueForecast {

    static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final int MOST_COUNTED = 1000;
    private static final double SHARE_FOR_SENDING = 0.9;

    private final QueueRepository queue;
    private final int callsPerMinute;
    private final Duration perCall;
    private volatile Snapshot snapshot = Snapshot.of(List.of(), Pause.NONE);

    QueueForecast(QueueRepository queue, Apiframe apiframe) {
        this.queue = queue;
        this.callsPerMinute = apiframe.callsPerMinute();
        this.perCall = Duration.ofNanos(Math.round(60e9 / (callsPerMinute * SHARE_FOR_SENDING)));
    }

    /** @param waiting of all the team's keys together */
    private record WaitingTeam(int weight, long waiting, List<WaitingKey> keys) {}

    /**
     * What waits, as last counted: looked up for every caller, so it is added up once.
     *
     * @param added what this replica has admitted since, by key
     */
    private record Snapshot(
            Map<TenantId, WaitingTeam> teams, List<WaitingKey> lines, Pause pause, Map<KeyId, Long> added) {

        private static final WaitingTeam NONE = new WaitingTeam(1, 0, List.of());

        static Snapshot of(List<WaitingKey> lines, Pause pause) {
            Map<TenantId, WaitingTeam> teams = lines.stream()
                    .collect(Collectors.groupingBy(
                            WaitingKey::tenant,
                            Collectors.collectingAndThen(
                                    Collectors.toList(),
                                    keys -> new WaitingTeam(
                                            keys.getFirst().weight(),
                                            keys.stream()
                                                    .mapToLong(WaitingKey::waiting)
                                                    .sum(),
                                            keys))));
            return new Snapshot(teams, lines, pause, new ConcurrentHashMap<>());
        }

        WaitingTeam team(TenantId tenant) {
            return teams.getOrDefault(tenant, NONE);
        }

        long waiting(TenantId tenant, KeyId key) {
            return team(tenant).keys().stream()
                            .filter(line -> line.key().equals(key))
                            .mapToLong(WaitingKey::waiting)
                            .sum()
                    + added.getOrDefault(key, 0L);
        }
    }

    boolean pass() {
        snapshot = Snapshot.of(queue.lines(), queue.pause());
        return false;
    }

    /** The place of a generation that has just been admitted on this replica and waits. */
    public QueuePosition admitted(TenantId tenant, KeyId key) {
        Snapshot known = snapshot;
        long before = known.waiting(tenant, key);
        known.added().merge(key, 1L, Long::sum);
        return place(known, tenant, key, before);
    }

    /** The place of a generation that waits. */
    public QueuePosition of(TenantId tenant, KeyId key, GenerationId id) {
        long counted = queue.ahead(tenant, id, MOST_COUNTED);
        Snapshot known = snapshot;
        return place(
                known,
                tenant,
                key,
                counted < MOST_COUNTED ? counted : Math.max(counted, known.waiting(tenant, key) / 2));
    }

    /**
     * Keys of a team take turns, and teams do by weight: of each line no more goes before than this one's turns allow.
     *
     * @param ownAhead how many of the same key go before
     */
    private QueuePosition place(Snapshot known, TenantId tenant, KeyId key, long ownAhead) {
        WaitingTeam own = known.team(tenant);
        long ofTeam = ownAhead
                + own.keys().stream()
                        .filter(line -> !line.key().equals(key))
                        .mapToLong(line -> Math.min(line.waiting(), ownAhead))
                        .sum();
        long ofOthers = 0;
        for (Map.Entry<TenantId, WaitingTeam> other : known.teams().entrySet()) {
            if (ofTeam > 0 && !other.getKey().equals(tenant)) {
                long turns = Math.round((double) ofTeam * other.getValue().weight() / own.weight());
                ofOthers += Math.min(other.getValue().waiting(), turns);
            }
        }
        long ahead = ofTeam + ofOthers;
        return new QueuePosition(
                ahead, perCall.multipliedBy(ahead + 1).plus(known.pause().remaining()));
    }

    /**
     * A team's part of the queue.
     *
     * @param waiting how many wait
     * @param waitingCredits what is held for those that wait
     * @param running how many the vendor has, or may have
     * @param lastStartsIn when the last that waits is likely to start; zero if none waits
     */
    public record TeamQueue(long waiting, Credits waitingCredits, long running, Duration lastStartsIn) {

        /** Whole seconds, rounded up; null if none waits. */
        public @Nullable Long lastStartsInSeconds() {
            return waiting == 0 ? null : Math.ceilDiv(lastStartsIn.toMillis(), 1000);
        }
    }

    public TeamQueue ofTeam(TenantId tenant) {
        Waiting waiting = queue.waiting(tenant);
        Snapshot known = snapshot;
        Duration last = known.team(tenant).keys().stream()
                .max(Comparator.comparingLong(WaitingKey::waiting))
                .map(line ->
                        place(known, tenant, line.key(), line.waiting() - 1).startsIn())
                .orElse(perCall.multipliedBy(waiting.generations()));
        return new TeamQueue(
                waiting.generations(),
                waiting.credits(),
                queue.running(tenant),
                waiting.generations() == 0 ? Duration.ZERO : last);
    }

    /**
     * The whole queue, as last counted.
     *
     * @param oldest how long the first of it has waited; zero if none waits
     * @param paused until the vendor may be called again; zero if it may be now
     * @param accountRefused whether the vendor refuses the gateway's account
     * @param callsPerMinute that the account may make, of all replicas together
     * @param teams those that have something waiting, the longest queue first
     */
    public record Overview(
            long waiting,
            Duration oldest,
            Duration paused,
            boolean accountRefused,
            int callsPerMinute,
            List<TeamWaiting> teams) {}

    /**
     * @param team its name
     * @param oldest how long the first of it has waited
     */
    public record TeamWaiting(String team, long waiting, Duration oldest) {

        private TeamWaiting with(TeamWaiting other) {
            return new TeamWaiting(
                    team, waiting + other.waiting(), oldest.compareTo(other.oldest()) > 0 ? oldest : other.oldest());
        }
    }

    public Overview overview() {
        Snapshot known = snapshot;
        return new Overview(
                known.lines().stream().mapToLong(WaitingKey::waiting).sum(),
                known.lines().stream()
                        .map(WaitingKey::oldest)
                        .max(Comparator.naturalOrder())
                        .orElse(Duration.ZERO),
                known.pause().remaining(),
                known.pause().accountRefused(),
                callsPerMinute,
                teams(known));
    }

    /** By the team's name. */
    Map<String, Long> waitingByTeam() {
        Map<String, Long> waiting = new ConcurrentHashMap<>();
        snapshot.lines().forEach(line -> waiting.merge(line.tenantName(), line.waiting(), Long::sum));
        return waiting;
    }

    private static List<TeamWaiting> teams(Snapshot known) {
        Map<String, TeamWaiting> teams = new ConcurrentHashMap<>();
        known.lines()
                .forEach(line -> teams.merge(
                        line.tenantName(),
                        new TeamWaiting(line.tenantName(), line.waiting(), line.oldest()),
                        TeamWaiting::with));
        return teams.values().stream()
                .sorted(Comparator.comparingLong(TeamWaiting::waiting)
                        .reversed()
                        .thenComparing(TeamWaiting::team))
                .toList();
    }
}
