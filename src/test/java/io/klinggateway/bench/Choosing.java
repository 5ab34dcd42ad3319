package io.klinggateway.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** What it costs the database to choose what is sent next, with nothing else going on. */
final class Choosing implements RowGroup {

    private static final int TIMES = 300;
    private static final int TIMES_BEFORE = 50;
    private static final int EACH = 100;
    private static final String UPSTREAM = "http://nobody.invalid";
    private static final String TEAMS = Population.MANY.numbers();

    private final Testbed testbed;

    Choosing(Testbed testbed) {
        this.testbed = testbed;
    }

    @Override
    public void measure(Deployment deployment, Report report) {
        Database database = testbed.copy("gateway", "choosing");
        time(database, report, 0);
        fill(database);
        time(database, report, EACH * Population.MANY.count());
    }

    private static void time(Database database, Report report, int waiting) {
        String choosing = "choosing the next of %,d that wait: ".formatted(waiting);
        try (var connection = database.connect();
                var statement = choose(connection)) {
            time(statement, TIMES_BEFORE);
            Latencies latencies = time(statement, TIMES);
            report.atMost(
                    choosing + "p50, ms", Spread.of(latencies.percentiles().p50()), 5, 2);
            report.found(choosing + "p95, ms", Spread.of(latencies.percentiles().p95()), 2);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot choose", e);
        }
    }

    private static Latencies time(PreparedStatement statement, int times) throws SQLException {
        var latencies = new Latencies();
        for (int time = 0; time < times; time++) {
            long from = System.nanoTime();
            statement.execute();
            latencies.add(System.nanoTime() - from);
        }
        return latencies;
    }

    /** The statement as the dispatcher runs it, at a rate that never makes it wait: one turn each time. */
    private static PreparedStatement choose(Connection connection) throws SQLException {
        return connection.prepareStatement("""
                select * from queue_next('%s', gen_random_uuid(), interval '0', interval '1 minute', interval '30 seconds',
                    interval '25 seconds', 1)
                """.formatted(UPSTREAM));
    }

    private static void fill(Database database) {
        database.execute("""
                insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name, images,
                    quoted_credits, upstream, upstream_request, due_at, created_at)
                select gen_random_uuid(), %s, md5('bench-key-' || n)::uuid, 'WAITING', true, gen_random_uuid(), sha256('x'), 'kling-v2', 1, 2, '%s',
                       convert_to('{"prompt":"a lighthouse at dusk, oil painting","model":"kling-image"}', 'UTF8'),
                       gateway_now(), gateway_now() - make_interval(secs => %d - i)
                  from %s cross join generate_series(1, %d) i
                """.formatted(Population.TENANT_ID, UPSTREAM, EACH, TEAMS, EACH));
        database.execute("select count(queue_join('%s', %s)) from %s".formatted(UPSTREAM, Population.TENANT_ID, TEAMS));
        database.execute("vacuum (analyze)");
    }
}
