package io.klinggateway.bench;

import io.klinggateway.ledger.GenerationId;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * What the database can do by itself: the gateway's own function over JDBC, one call a transaction, over as many
 * connections as there are callers. Its generations belong to an upstream that nobody tracks.
 */
final class RawDatabase {

    private static final String ADMIT = """
            select * from admit_generation(?, ?, ?, null, ?, null, null, 'kling-v2', 1, 2, 'http://nobody.invalid', ?,
                make_interval(secs => ?), null)
            """;

    /** As the gateway records the vendor's job. */
    private static final String ACCEPT = """
            update generation
               set state = 'QUEUED', upstream_job_id = ?, promised = true, attempt_open = false,
                   due_at = gateway_now() + make_interval(secs => ?)
             where id = ? and upstream_job_id is null and state in ('SUBMITTING', 'IN_REVIEW')
            """;

    private static final byte[] REQUEST = """
            {"prompt":"a lighthouse at dusk, oil painting, the sea calm and the sky full of birds",\
            "model":"kling-image","klingImageParams":{"model_name":"kling-v2","n":1,"aspect_ratio":"16:9"}}""".getBytes(StandardCharsets.UTF_8);

    private final Database database;
    private final boolean accepting;

    /** @param accepting whether each admission is followed by the record of its acceptance, timed together */
    RawDatabase(Database database, boolean accepting) {
        this.database = database;
        this.accepting = accepting;
    }

    Load.Outcome closedLoop(Population population, int connections, Duration duration) {
        try (var threads = Executors.newFixedThreadPool(connections)) {
            List<Callable<Latencies>> callers = new ArrayList<>();
            List<Connection> opened = new ArrayList<>();
            for (int number = 0; number < connections; number++) {
                Connection connection = database.connect();
                opened.add(connection);
                int seed = number;
                callers.add(() -> call(connection, population, new SplittableRandom(seed), duration));
            }
            Latencies all = new Latencies();
            for (var result : threads.invokeAll(callers)) {
                all.addAll(result.get());
            }
            for (Connection connection : opened) {
                connection.close();
            }
            return new Load.Outcome(duration, all, Map.of(202, all.count()), 0);
        } catch (SQLException | ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Latencies call(Connection connection, Population population, SplittableRandom random, Duration duration)
            throws SQLException {
        Latencies latencies = new Latencies();
        UUID[] tenants = population.ids("tenant");
        UUID[] keys = population.ids("key");
        try (var admit = connection.prepareStatement(ADMIT);
                var accept = connection.prepareStatement(ACCEPT)) {
            long end = System.nanoTime() + duration.toNanos();
            for (long now = System.nanoTime(); now - end < 0; ) {
                int tenant = random.nextInt(population.count());
                UUID id = GenerationId.next(Clock.systemUTC()).value();
                admit(admit, id, tenants[tenant], keys[tenant]);
                if (accepting) {
                    accept(accept, id);
                }
                long then = System.nanoTime();
                latencies.add(then - now);
                now = then;
            }
        }
        return latencies;
    }

    private static void admit(PreparedStatement admit, UUID id, UUID tenant, UUID key) throws SQLException {
        admit.setObject(1, id);
        admit.setObject(2, tenant);
        admit.setObject(3, key);
        admit.setBytes(4, new byte[32]);
        admit.setBytes(5, REQUEST);
        admit.setDouble(6, 25);
        try (var row = admit.executeQuery()) {
            row.next();
            if (!row.getString("verdict").equals("ADMITTED")) {
                throw new IllegalStateException("verdict " + row.getString("verdict"));
            }
        }
    }

    private static void accept(PreparedStatement accept, UUID id) throws SQLException {
        accept.setObject(1, UUID.randomUUID());
        accept.setDouble(2, 2);
        accept.setObject(3, id);
        if (accept.executeUpdate() != 1) {
            throw new IllegalStateException("acceptance of " + id + " not recorded");
        }
    }
}
