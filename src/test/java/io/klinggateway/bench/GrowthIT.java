package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Whether the gateway gets slower as its books get longer, or with more tenants. One gateway for each length, on a database
 * of its own, side by side, so that they are measured in turn.
 */
@Tag("bench")
@EnabledIfSystemProperty(named = "bench.form", matches = "growth")
class GrowthIT {

    private static final int CONNECTIONS = 8;
    private static final int JOBS_READ = 5000;
    private static final long BYTES_PER_GENERATION = 4000;
    private static final long BYTES_BESIDES = 20_000_000_000L;
    private static final double MOST_GROWTH = 1.2;

    private final BenchSettings settings = BenchSettings.chosen();
    private final List<Population> groups = new ArrayList<>();
    private final Report report = new Report();
    private final Map<Integer, Deployment> deployments = new LinkedHashMap<>();
    private final Map<String, Measure> measures = new LinkedHashMap<>();
    private final List<List<String>> facts = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    @Test
    void howTheGatewayGrowsOld() throws SQLException, IOException {
        requireRoom();
        int next = 0;
        for (int count : settings.tenants()) {
            groups.add(new Population(next, count));
            next += count;
        }
        try (var testbed = new Testbed(settings)) {
            createDatabases(testbed);
            settings.generations().forEach(size -> deployments.put(size, testbed.deploy(database(testbed, size), 1)));
            measure(testbed);
            var pages = new ConsolePages(
                    testbed,
                    Objects.requireNonNull(
                            deployments.get(settings.generations().getLast())),
                    groups.getFirst());
            pages.measure();
            deployments.forEach(
                    (size, deployment) -> deployment.wrong().forEach(each -> wrong.add(size + ": " + each)));
            publish(pages);
        }
        assertThat(wrong).isEmpty();
    }

    private void requireRoom() throws IOException {
        long needed = BYTES_BESIDES
                + BYTES_PER_GENERATION
                        * settings.generations().stream()
                                .mapToLong(Integer::longValue)
                                .sum();
        Files.createDirectories(settings.directory());
        long there = Files.getFileStore(settings.directory()).getUsableSpace();
        if (there < needed) {
            throw new IllegalStateException("needs " + needed / 1_000_000_000 + " GB of disk, " + there / 1_000_000_000
                    + " GB are free; set fewer with -Dbench.generations");
        }
    }

    private static Database database(Testbed testbed, int size) {
        return testbed.database("growth_" + size);
    }

    /** Each begins as a copy of the one before. */
    private void createDatabases(Testbed testbed) {
        testbed.migrate();
        groups.forEach(group -> group.register(testbed.database(), Population.PLENTY));
        // One generation of each tenant is always there: the reads are to go round among all tenants.
        int tenants = groups.getLast().from() + groups.getLast().count();
        new Past(testbed.database(), List.of(new Population(0, tenants))).grow(0, tenants);
        String before = "gateway";
        int grown = 0;
        for (int size : settings.generations()) {
            long from = System.nanoTime();
            Database database = testbed.copy(before, "growth_" + size);
            new Past(database, groups).grow(grown, size);
            // The gateway would hold the books against themselves in the middle of it; that is done at the end.
            database.execute(
                    "insert into reconciliation values ('bench', 0, '{}', gateway_now()) on conflict do nothing");
            facts.add(List.of(
                    number(size) + " generations",
                    Spread.number(database.number("select count(*) from journal_entry"), 0),
                    Spread.number(database.number("select pg_database_size(current_database())") / 1e9, 1),
                    Spread.number((System.nanoTime() - from) / 1e9, 0)));
            before = "growth_" + size;
            grown = size;
        }
        testbed.database("postgres").execute("checkpoint");
    }

    private void measure(Testbed testbed) {
        for (Population group : groups) {
            deployments.forEach((size, deployment) ->
                    add(testbed, deployment, "admission", group, size, Requests.generate(group.keys())));
        }
        warmUp();
        for (Population group : groups) {
            deployments.forEach((size, deployment) ->
                    add(testbed, deployment, "job read", group, size, reads(deployment, group, size)));
        }
        warmUp();
        testbed.database("postgres").execute("checkpoint");
        var shares = testbed.watch(deployments.values());
        for (int repeat = 0; repeat < settings.repeats(); repeat++) {
            measures.values().forEach(Measure::run);
        }
        report.shares("growth", shares.get());
    }

    private void warmUp() {
        long end = System.nanoTime() + settings.warmUp().multipliedBy(3).toNanos();
        do {
            measures.values().forEach(Measure::warmUp);
        } while (System.nanoTime() - end < 0);
    }

    /** What an admission leaves in the queue is gone before the next measure. */
    private void add(
            Testbed testbed, Deployment deployment, String name, Population group, int size, Requests requests) {
        var measure = new Measure(
                name + ", " + number(size) + " before, " + number(group.count()) + " tenants, " + CONNECTIONS
                        + " connections",
                () -> testbed.cpu(List.of(deployment)),
                () -> deployment.closedLoop(requests, CONNECTIONS, settings.perMeasure()),
                () -> {
                    if (requests.admits()) {
                        deployment.clear();
                    }
                });
        measures.put(key(name, group.count(), size), measure);
    }

    private static String key(String name, int tenants, int size) {
        return name + " " + tenants + " " + size;
    }

    /** Jobs from anywhere in the table. */
    private static Requests reads(Deployment deployment, Population group, int size) {
        double percent = size == 0 ? 100 : Math.min(100, 100.0 * JOBS_READ * 3 / size);
        List<String> jobs = deployment.database().texts("""
                select g.id || ' ' || substr(t.name, 7)
                  from generation g tablesample bernoulli (%f) join tenant t on t.id = g.tenant_id
                 where g.acknowledged and substr(t.name, 7)::int between %d and %d limit %d
                """.formatted(
                        percent, group.from(), group.from() + group.count() - 1, JOBS_READ * 2));
        return Requests.read(
                jobs.stream()
                        .map(job -> Population.key(Integer.parseInt(job.substring(job.indexOf(' ') + 1))))
                        .toList(),
                index -> jobs.get(index).substring(0, jobs.get(index).indexOf(' ')));
    }

    private Measure of(String name, int tenants, int size) {
        return Objects.requireNonNull(measures.get(key(name, tenants, size)));
    }

    private void publish(ConsolePages pages) {
        report.paragraph("Machine: " + Testbed.machine() + ". Medians of " + settings.repeats() + " runs of "
                + settings.perMeasure().toMillis() + " ms, in brackets the lowest and highest.");
        report.table(List.of("database", "journal entries", "GB", "made in s"), facts);
        report.table(
                Measure.titles(), measures.values().stream().map(Measure::row).toList());
        int empty = settings.generations().getFirst();
        int full = settings.generations().getLast();
        int few = settings.tenants().getFirst();
        int many = settings.tenants().getLast();
        for (String name : List.of("admission", "job read")) {
            for (int tenants : settings.tenants()) {
                ratio(
                        name + " p50 with " + number(full) + " generations before it against " + number(empty) + ", "
                                + number(tenants) + " tenants",
                        of(name, tenants, full),
                        of(name, tenants, empty));
            }
            for (int size : settings.generations()) {
                ratio(
                        name + " p50 with " + number(many) + " tenants against " + number(few) + ", " + number(size)
                                + " generations",
                        of(name, many, size),
                        of(name, few, size));
            }
        }
        pages.report(report);
        report.figures();
        report.shares();
        report.publish(settings.directory().resolve("growth.md"));
    }

    private void ratio(String name, Measure of, Measure to) {
        report.atMost(name, of.ratioTo(to, sample -> sample.millis().p50()), MOST_GROWTH, 2);
    }

    private static String number(int value) {
        return Spread.number(value, 0);
    }
}
