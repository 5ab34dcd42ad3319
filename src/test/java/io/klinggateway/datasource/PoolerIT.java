package io.klinggateway.datasource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.Replica;
import io.klinggateway.running.RunningGateway;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Two replicas behind a PgBouncer that gives each transaction another session. */
@Tag("slow")
@EnabledIf(
        value = "io.klinggateway.datasource.PgBouncer#isInstalled",
        disabledReason = "there is no pgbouncer; Debian: pgbouncer")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolerIT {

    /** Fewer than one replica's pool alone has connections. */
    private static final int SESSIONS = 6;

    private static final int ORDERS = 60;

    private static final List<String> LIMITS =
            List.of("lock_timeout=4s", "statement_timeout=5s", "idle_in_transaction_session_timeout=20s");

    private final TestDatabase database = TestDatabase.empty(); // which the first replica migrates through the pooler
    private final Receiver receiver = new Receiver();

    private PgBouncer pooler;
    private Replica first;
    private Replica second;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        JdbcClient direct = JdbcClient.create(database.dataSource());
        for (String limit : LIMITS) {
            direct.sql("alter role %s in database %s set %s"
                            .formatted(database.username(), database.name(), limit.replaceFirst("=(.*)", "='$1'")))
                    .update();
        }
        pooler = PgBouncer.start(directory, database, SESSIONS);
        first = Replica.start(settings());
        second = Replica.start(settings().with("spring.flyway.url", database.url()));
    }

    private Replica.Settings settings() {
        return RunningGateway.settings(database, Ports.free()).with("spring.datasource.url", pooler.url());
    }

    @AfterAll
    void end() {
        second.close();
        first.close();
        pooler.close();
        receiver.close();
    }

    @Test
    void whatIsAdmittedIsSentSettledAndReportedAndNothingIsLeftInASession() throws Exception {
        List<String> jobs = orderedAtBoth();

        for (String job : jobs) {
            second.client(RunningGateway.KEY).await(job, "COMPLETED");
        }
        Set<String> reported = new HashSet<>();
        while (reported.size() < ORDERS) {
            reported.add(receiver.next().json().path("jobId").asString());
        }
        assertThat(reported).containsExactlyInAnyOrderElementsOf(jobs);
        assertThat(second.jdbc()
                        .sql("select held || '/' || captured from window_balance where captured > 0")
                        .query(String.class)
                        .list())
                .containsExactly("0/" + 2 * ORDERS);
        assertThat(first.management().get("/actuator/health/readiness").status())
                .isEqualTo(200);
        assertEverySessionIsAsItCame();
    }

    private List<String> orderedAtBoth() throws Exception {
        Client[] clients = {first.client(RunningGateway.KEY), second.client(RunningGateway.KEY)};
        try (ExecutorService callers = Executors.newFixedThreadPool(12)) {
            List<Future<String>> orders = IntStream.range(0, ORDERS)
                    .mapToObj(number -> callers.submit(() -> clients[number % 2].order("\"prompt\":\"fox " + number
                            + "\",\"webhookUrl\":\"" + receiver.url() + "\",\"webhookEvents\":[\"completed\"]")))
                    .toList();
            List<String> jobs = new ArrayList<>();
            for (Future<String> order : orders) {
                jobs.add(order.get());
            }
            return jobs;
        }
    }

    /** Another client holds all sessions at once, so that it sees each. */
    private void assertEverySessionIsAsItCame() throws SQLException {
        List<Connection> transactions = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        try {
            for (int n = 0; n < SESSIONS; n++) {
                Connection connection = DriverManager.getConnection(
                        pooler.url() + "?prepareThreshold=0", database.username(), database.password());
                transactions.add(connection);
                connection.setAutoCommit(false);
                try (var row = connection.createStatement().executeQuery("""
                        select pg_backend_pid(), current_setting('lock_timeout'), current_setting('statement_timeout'),
                               current_setting('idle_in_transaction_session_timeout'), count(*)
                          from pg_prepared_statements
                        """)) {
                    row.next();
                    seen.add(row.getInt(1));
                    assertThat(List.of(
                                    "lock_timeout=" + row.getString(2),
                                    "statement_timeout=" + row.getString(3),
                                    "idle_in_transaction_session_timeout=" + row.getString(4)))
                            .isEqualTo(LIMITS);
                    assertThat(row.getInt(5)).as("prepared statements").isZero();
                }
            }
        } finally {
            for (Connection transaction : transactions) {
                transaction.close();
            }
        }
        assertThat(seen).hasSize(SESSIONS);
    }

    @Test
    void whatHangsEndsByTheLimitsOfTheRole() {
        JdbcClient replica = second.jdbc();

        assertThatThrownBy(() -> replica.sql("select pg_sleep(60)").query().singleRow())
                .isInstanceOf(QueryTimeoutException.class)
                .hasMessageContaining("statement timeout");
        assertThat(replica.sql("select 1").query(Integer.class).single()).isEqualTo(1);
    }
}
