package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/**
 * Two replicas under load, scraped by a real Prometheus. Not one of the tests that run everywhere, because it needs the
 * command {@code prometheus}: {@code .ci/watch} runs it. What it scraped stays in {@code target/watched-run}.
 */
class WatchedRun {

    private static final List<String> TENANTS = List.of("design", "marketing", "research", "shop");
    private static final List<String> MODELS = List.of("kling-v1", "kling-v1-5", "kling-v2");
    private static final Path DIRECTORY = Path.of("target/watched-run");
    private static final int ROUNDS = 60;
    private static final Duration BOOKS_READ_AND_SCRAPED = Duration.ofSeconds(60);

    private final SimulatedApiframe vendor = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ofMillis(300))
            .processingFor(Duration.ofMillis(700))
            .build()
            .start();
    private final TestDatabase database = TestDatabase.migrated();
    private final JdbcClient jdbc = JdbcClient.create(database.dataSource());

    @Test
    void theBooksAndEveryPanelAreSeenByPrometheus() throws IOException {
        List<Integer> ports = List.of(Ports.free(), Ports.free());
        try (Prometheus prometheus = Prometheus.start(DIRECTORY, ShippedRules.DIRECTORY, ports)) {
            try (RunningGateway second = laterReplica(prometheus, ports)) {
                load(List.of(second));
                assertSpendEqualsJournal(prometheus);
                try (RunningGateway restarted = replica(ports.getFirst())) {
                    load(List.of(second, restarted));
                    assertSpendEqualsJournal(prometheus);
                }
            }
            assertThat(prometheus.query("resets(kling_gateway_spend_credits_total[15m]) > 0"))
                    .as("a restart is no reset of what was spent")
                    .isEmpty();
            assertThat(perTenant(prometheus, """
                            max by (tenant) (max_over_time(kling_gateway_spend_credits_total[15m]))
                              - min by (tenant) (min_over_time(kling_gateway_spend_credits_total[15m]))
                            """))
                    .as("what was spent in the shown time, over two handovers")
                    .isEqualTo(journal());
        } finally {
            vendor.close();
        }
    }

    /** The second of two, once everything was looked at with both and the first, which published the books, has ended. */
    private RunningGateway laterReplica(Prometheus prometheus, List<Integer> ports) throws IOException {
        try (RunningGateway first = replica(ports.getFirst())) {
            RunningGateway second = replica(ports.getLast());
            load(List.of(first, second));
            assertSpendEqualsJournal(prometheus);
            assertEveryPanelShowsSomething(prometheus);
            assertEveryRuleIsWell(prometheus);
            return second;
        }
    }

    private RunningGateway replica(int managementPort) {
        return RunningGateway.start(
                database,
                vendor.baseUrl(),
                SimulatedApiframe.DEFAULT_API_KEY,
                TENANTS,
                Map.of(
                        "management.server.port", Integer.toString(managementPort),
                        // Less than is asked for, so that a queue is there to be seen.
                        "apiframe.requests-per-minute", "300",
                        // Runs dry, so that refusals are there to be seen.
                        "gateway.tenants[3].budget.limit", "10"));
    }

    /** Every tenant orders every model and errs once, a wrong key knocks now and then; then everything comes to rest. */
    private void load(List<RunningGateway> replicas) {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, TENANTS.size())
                    .forEach(tenant ->
                            threads.execute(() -> IntStream.range(0, ROUNDS).forEach(round -> {
                                RunningGateway replica = replicas.get(round % replicas.size());
                                String key = RunningGateway.keyOf(TENANTS.get(tenant));
                                if (round == 0) {
                                    replica.generate(key, "{}");
                                }
                                replica.generate(round % 10 == 9 ? "wrong-" + key : key, """
                                {"prompt": "round %d", "model": "kling-image",
                                 "klingImageParams": {"model_name": "%s", "n": %d}}
                                """.formatted(
                                                round, MODELS.get((round + tenant) % MODELS.size()), 1 + round % 2));
                                pause();
                            })));
        }
        await("all generations end")
                .atMost(Duration.ofSeconds(60))
                .until(() -> jdbc.sql("select count(*) from generation where captured_credits is null")
                                .query(Long.class)
                                .single()
                        == 0);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(250); // the load's pace: nothing is waited for
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void assertSpendEqualsJournal(Prometheus prometheus) {
        Map<String, Double> journal = journal();
        assertThat(journal.get("design")).isPositive();
        await("one replica shows the journal's sums " + journal)
                .atMost(BOOKS_READ_AND_SCRAPED)
                .until(() -> {
                    List<JsonNode> shown = prometheus.query("kling_gateway_spend_credits_total");
                    return shown.size() == TENANTS.size()
                            && shown.stream()
                                    .allMatch(sample -> journal.getOrDefault(tenant(sample), -1.0) == value(sample));
                });
    }

    private Map<String, Double> journal() {
        Map<String, Double> journal = new HashMap<>();
        jdbc.sql("""
                select t.name, coalesce(sum(j.captured_delta), 0) as credits
                  from tenant t left join journal_entry j on j.tenant_id = t.id group by t.name
                """).query(row -> {
            journal.put(row.getString("name"), row.getDouble("credits"));
        });
        return journal;
    }

    private static Map<String, Double> perTenant(Prometheus prometheus, String expression) {
        Map<String, Double> values = new HashMap<>();
        prometheus.query(expression).forEach(sample -> values.put(tenant(sample), value(sample)));
        return values;
    }

    private static String tenant(JsonNode sample) {
        return sample.path("metric").path("tenant").stringValue();
    }

    private static double value(JsonNode sample) {
        return Double.parseDouble(sample.path("value").path(1).stringValue());
    }

    private static void assertEveryPanelShowsSomething(Prometheus prometheus) throws IOException {
        for (Dashboard dashboard : Dashboard.all()) {
            String tenant = dashboard.isOfOneTeam() ? "design" : ".*";
            assertThat(dashboard.shown())
                    .isNotEmpty()
                    .allSatisfy(query -> await().alias("%s: %s".formatted(query.panel(), query.expression()))
                            // What takes a look a minute has none of the last seconds until the next minute begins.
                            .atMost(Duration.ofSeconds(75))
                            .untilAsserted(() -> assertThat(prometheus.query(query.filledIn(45, "images", tenant)))
                                    .isNotEmpty()
                                    .anyMatch(sample -> !Double.isNaN(value(sample)))));
        }
    }

    private static void assertEveryRuleIsWell(Prometheus prometheus) throws IOException {
        assertThat(prometheus
                        .rules()
                        .valueStream()
                        .flatMap(group -> group.path("rules").valueStream()))
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(rule.path("health").stringValue())
                        .as("%s: %s", rule.path("name"), rule.path("lastError"))
                        .isEqualTo("ok"));
    }
}
