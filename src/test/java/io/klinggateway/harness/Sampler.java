package io.klinggateway.harness;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Watches the books while they are written, straight at the database: no balance above what was ever allowed, and nothing
 * that is due left lying. It also plays the operator who tops tight budgets up, so that they stay nearly spent.
 */
final class Sampler implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final int SAMPLES_PER_ROUND = 50;
    private static final Duration LONGEST_NEGLECT = Duration.ofSeconds(30);
    private static final int MOST_VIOLATIONS = 50;

    private final PostgresProcess postgres;
    private final Chaos chaos;
    private final Map<String, Long> highestLimits = new ConcurrentHashMap<>();
    private final Queue<Violation> violations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger samples = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;

    Sampler(PostgresProcess postgres, Chaos chaos) {
        this.postgres = postgres;
        this.chaos = chaos;
        Team.ALL.forEach(team -> highestLimits.put(team.name(), team.limit()));
        this.thread = Thread.ofPlatform().name("sampler").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    int samples() {
        return samples.get();
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    private void run() {
        @Nullable Connection connection = null;
        while (!closed) {
            try {
                if (connection == null) {
                    connection = postgres.connect();
                }
                sample(connection);
                if (samples.incrementAndGet() % SAMPLES_PER_ROUND == 0) {
                    findNeglected(connection);
                    topUp(connection);
                }
            } catch (SQLException databaseIsDown) {
                close(connection);
                connection = null;
            }
            Waiting.pause(INTERVAL);
        }
        close(connection);
    }

    private static void close(@Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException gone) {
                // then it is closed
            }
        }
    }

    private void sample(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select t.name, p.held, p.captured, p.ceiling
                          from window_period p join tenant t on t.id = p.tenant_id
                        """)) {
            while (rows.next()) {
                var spent = rows.getLong("held") + rows.getLong("captured");
                var highest = highestLimits.getOrDefault(rows.getString("name"), 0L);
                if (spent > rows.getLong("ceiling") || spent > highest || rows.getLong("held") < 0) {
                    report(new Violation(
                            "overspent",
                            "tenant %s: held %d + captured %d, ceiling %d, never allowed more than %d"
                                    .formatted(
                                            rows.getString("name"),
                                            rows.getLong("held"),
                                            rows.getLong("captured"),
                                            rows.getLong("ceiling"),
                                            highest)));
                }
            }
        }
    }

    private void findNeglected(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("""
                        select id, state, due_at, gateway_now() as now from generation
                         where state = 'SENDING' and due_at not between gateway_now() - interval '30 seconds'
                                                                    and gateway_now() + interval '30 seconds'
                            or state = 'SENDING' and due_at is null
                            or state = 'WAITING' and created_at < gateway_now() - interval '60 seconds'
                            or state in ('QUEUED', 'PROCESSING') and accepted_at < gateway_now() - interval '40 seconds'
                        """)) {
            while (rows.next()) {
                if (chaos.hasBeenCalmFor(LONGEST_NEGLECT)) {
                    report(new Violation(
                            "neglected",
                            "generation %s is %s and was due at %s, now it is %s"
                                    .formatted(
                                            rows.getObject("id", UUID.class),
                                            rows.getString("state"),
                                            rows.getString("due_at"),
                                            rows.getString("now"))));
                }
            }
        }
    }

    private void topUp(Connection connection) throws SQLException {
        for (var team : Team.ALL) {
            if (team.headroom() > 0) {
                topUp(connection, team);
            }
        }
    }

    private void topUp(Connection connection, Team team) throws SQLException {
        try (var spent = connection.prepareStatement("""
                        select t.id, coalesce(max(p.captured), 0) + ? as wanted
                          from tenant t left join window_period p on p.tenant_id = t.id
                         where t.name = ? group by t.id
                        """);
                var set = connection.prepareStatement(
                        "select ledger_set_budget(?, 'UTC', '{TOTAL}', '{1}', array[?::bigint], '{null}')")) {
            spent.setLong(1, team.headroom());
            spent.setString(2, team.name());
            try (var row = spent.executeQuery()) {
                if (row.next()) {
                    var limit = Math.max(row.getLong("wanted"), team.limit());
                    highestLimits.merge(team.name(), limit, Math::max);
                    set.setObject(1, row.getObject("id"));
                    set.setLong(2, limit);
                    set.execute();
                }
            }
        }
    }

    private void report(Violation violation) {
        if (violations.size() < MOST_VIOLATIONS) {
            violations.add(violation);
        }
    }

    /** Repeating it does nothing. */
    void stop() {
        closed = true;
        try {
            thread.join(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
