package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.console.Session;
import io.klinggateway.harness.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
    private static final long BYTES_PER_GENERATION = 2500;
    private static final long BYTES_BESIDES = 20_000_000_000L;
    private static final Duration SLICE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration PER_PAGE = Duration.ofSeconds(1);
    private static final double MOST_MILLIS_OF_PAGE = 200;

    private final BenchSettings settings = BenchSettings.chosen();
    private final List<Population> groups = new ArrayList<>();
    private final List<Gateway> gateways = new ArrayList<>();
    private final Map<String, Measure> measures = new HashMap<>();
    private final List<Measure> inOrder = new ArrayList<>();
    private final List<Measure> pages = new ArrayList<>();
    private final List<List<String>> facts = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();
    private double takenByOthers;

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
            try {
                settings.generations()
                        .forEach(size -> gateways.add(testbed.start(database(testbed, size), Testbed.UNTRACKED)));
                measure(testbed);
                measureConsole(testbed);
            } finally {
                gateways.forEach(Gateway::close);
            }
            settings.generations()
                    .forEach(size -> database(testbed, size).disorder().forEach(each -> wrong.add(size + ": " + each)));
        }
        publish();
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
        testbed.start(testbed.database(), Testbed.UNTRACKED).close(); // migrates
        groups.forEach(group -> group.register(testbed.database(), Population.PLENTY));
        // One generation of each tenant is always there: the reads are to go round among all tenants.
        int tenants = groups.getLast().from() + groups.getLast().count();
        new Past(testbed.database(), List.of(new Population(0, tenants))).grow(0, tenants);
        String before = "gateway";
        int grown = 0;
        for (int size : settings.generations()) {
            String template = before;
            long from = System.nanoTime();
            Database maintenance = testbed.database("postgres");
            Waiting.until(
                    "nobody uses " + template,
                    PATIENCE,
                    () -> maintenance.number("select count(*) from pg_stat_activity where datname = '" + template + "'")
                            == 0);
            maintenance.execute("create database growth_" + size + " template " + template + " strategy file_copy");
            Database database = database(testbed, size);
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
            for (int index = 0; index < gateways.size(); index++) {
                int size = settings.generations().get(index);
                Gateway gateway = gateways.get(index);
                add(testbed, gateway, "admission", group, size, Requests.generate(gateway.url(), group.keys()));
            }
        }
        warmUp(inOrder, SLICE);
        for (Population group : groups) {
            for (int index = 0; index < gateways.size(); index++) {
                int size = settings.generations().get(index);
                add(
                        testbed,
                        gateways.get(index),
                        "job read",
                        group,
                        size,
                        reads(testbed, gateways.get(index), group, size));
            }
        }
        warmUp(inOrder, SLICE);
        testbed.database("postgres").execute("checkpoint");
        var others = testbed.watchOthers(gateways.toArray(Gateway[]::new));
        run(inOrder, settings.perMeasure());
        takenByOthers = others.getAsDouble();
    }

    /** On the largest of the databases, with all tenants: as seen by an operator, and by the team with the longest past. */
    private void measureConsole(Testbed testbed) {
        Gateway gateway = gateways.getLast();
        Population fewest = groups.getFirst();
        String team = "bench-" + fewest.from();
        String job = database(testbed, settings.generations().getLast())
                .texts("select id from generation where tenant_id = md5('bench-tenant-%d')::uuid limit 1"
                        .formatted(fewest.from()))
                .getFirst();
        String operator = cookies(gateway, Testbed.OPERATOR_TOKEN);
        for (String page : List.of(
                "",
                "/tenants",
                "/tenants/" + team,
                "/tenants/" + team + "/jobs",
                "/tenants/" + team + "/journal",
                "/jobs/" + job,
                "/reviews",
                "/deliveries",
                "/audit")) {
            addPage(testbed, gateway, "/console/operator" + page, operator);
        }
        String member = cookies(gateway, Population.key(fewest.from()));
        for (String page : List.of(
                "",
                "/jobs",
                "/jobs?status=COMPLETED",
                "/jobs?status=FAILED",
                "/jobs?status=QUEUED",
                "/jobs/" + job,
                "/try")) {
            addPage(testbed, gateway, "/console/team" + page, member);
        }
        warmUp(pages, PER_PAGE);
        run(pages, PER_PAGE);
    }

    private static String cookies(Gateway gateway, String secret) {
        return Session.signedIn(gateway.url().toString(), secret).cookieHeader();
    }

    private void addPage(Testbed testbed, Gateway gateway, String path, String cookies) {
        Requests requests = Requests.page(gateway.url(), path, cookies);
        pages.add(new Measure(
                path.replaceFirst("[0-9a-f-]{36}", "ID"),
                "one visitor",
                requests.status(),
                () -> testbed.cpuWith(gateway),
                time -> Load.closedLoop(requests, 1, time)));
    }

    private void warmUp(List<Measure> all, Duration slice) {
        long end = System.nanoTime() + settings.warmUp().toNanos();
        do {
            all.forEach(measure -> measure.warmUp(slice));
        } while (System.nanoTime() - end < 0);
    }

    private void run(List<Measure> all, Duration perMeasure) {
        for (int repeat = 0; repeat < settings.repeats(); repeat++) {
            all.forEach(measure -> measure.run(perMeasure));
        }
    }

    private void add(Testbed testbed, Gateway gateway, String name, Population group, int size, Requests requests) {
        var measure = new Measure(
                name + ", " + number(size) + " before",
                number(group.count()) + " tenants, " + CONNECTIONS,
                requests.status(),
                () -> testbed.cpuWith(gateway),
                time -> Load.closedLoop(requests, CONNECTIONS, time));
        measures.put(key(name, group.count(), size), measure);
        inOrder.add(measure);
    }

    private static String key(String name, int tenants, int size) {
        return name + " " + tenants + " " + size;
    }

    /** Jobs from anywhere in the table. */
    private static Requests reads(Testbed testbed, Gateway gateway, Population group, int size) {
        double percent = size == 0 ? 100 : Math.min(100, 100.0 * JOBS_READ * 3 / size);
        List<String> jobs = database(testbed, size)
                .texts("""
                select g.id || ' ' || substr(t.name, 7)
                  from generation g tablesample bernoulli (%f) join tenant t on t.id = g.tenant_id
                 where g.promised and substr(t.name, 7)::int between %d and %d limit %d
                """.formatted(percent, group.from(), group.from() + group.count() - 1, JOBS_READ * 2));
        return Requests.read(
                gateway.url(),
                jobs.stream()
                        .map(job -> Population.key(Integer.parseInt(job.substring(job.indexOf(' ') + 1))))
                        .toList(),
                index -> jobs.get(index).substring(0, jobs.get(index).indexOf(' ')));
    }

    private Measure of(String name, int tenants, int size) {
        return Objects.requireNonNull(measures.get(key(name, tenants, size)));
    }

    private void publish() {
        inOrder.forEach(measure -> wrong.addAll(measure.wrong()));
        pages.forEach(page -> wrong.addAll(page.wrong()));
        var report = new Report();
        report.paragraph("Machine: " + Testbed.machine() + ". Medians of " + settings.repeats() + " runs of "
                + settings.perMeasure().toMillis() + " ms, in brackets the lowest and highest. CPU in seconds per 1,000"
                + " requests. Others took " + Spread.number(takenByOthers * 100, 0) + " % of the CPU meanwhile.");
        report.table(List.of("database", "journal entries", "GB", "made in s"), facts);
        report.table(Measure.titles(), inOrder.stream().map(Measure::row).toList());
        report.table(Measure.titles(), pages.stream().map(Measure::row).toList());
        int empty = settings.generations().getFirst();
        int full = settings.generations().getLast();
        int few = settings.tenants().getFirst();
        int many = settings.tenants().getLast();
        for (String name : List.of("admission", "job read")) {
            for (int tenants : settings.tenants()) {
                report.atMost(
                        name + " p50 with " + number(full) + " generations before it against " + number(empty) + ", "
                                + number(tenants) + " tenants",
                        of(name, tenants, full)
                                .ratioTo(
                                        of(name, tenants, empty),
                                        sample -> sample.millis().p50()),
                        1.2);
            }
            for (int size : settings.generations()) {
                report.atMost(
                        name + " p50 with " + number(many) + " tenants against " + number(few) + ", " + number(size)
                                + " generations",
                        of(name, many, size)
                                .ratioTo(
                                        of(name, few, size),
                                        sample -> sample.millis().p50()),
                        1.2);
            }
        }
        pages.forEach(page -> report.atMost(
                "p95 of " + page + ", ms", page.spread(sample -> sample.millis().p95()), MOST_MILLIS_OF_PAGE));
        report.figures();
        report.publish(settings.directory().resolve("growth.md"));
    }

    private static String number(int value) {
        return Spread.number(value, 0);
    }
}
