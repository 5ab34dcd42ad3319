package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.harness.Waiting;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/** How fast one process of the gateway is. A figure that is not reached is reported; only a wrong answer fails. */
@Tag("bench")
@DisabledIfSystemProperty(named = "bench.form", matches = "growth")
class BenchmarkIT {

    private static final Population HOT = new Population(0, 1);
    private static final Population MANY = new Population(1, 1000);
    private static final Population SPENT = new Population(1001, 1);
    private static final long ONE_IMAGE = 2;

    private static final Duration SLICE = Duration.ofMillis(400);
    private static final Duration BEFORE_IDLE = Duration.ofSeconds(5);
    private static final Duration HALF_SATURATION_WARM_UP = Duration.ofSeconds(20);
    private static final Duration HALF_SATURATION = Duration.ofSeconds(6);
    private static final Duration TRACKING = Duration.ofSeconds(2);
    private static final Duration SETTLING_WAIT = Duration.ofSeconds(60);
    private static final int BACKLOG = 1000;
    private static final int STEADILY_OPEN = 100;
    private static final Duration STEADY_JOB = Duration.ofSeconds(20);
    private static final Duration STEADY = Duration.ofSeconds(24);

    private final BenchSettings settings = BenchSettings.chosen();
    private final Report report = new Report();
    private final Map<String, Measure> measures = new LinkedHashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final List<List<String>> facts = new ArrayList<>();
    private final List<Double> startSeconds = new ArrayList<>();
    private final List<Double> residentUnderLoad = new ArrayList<>();
    private int accepted;

    @Test
    void howFastTheGatewayIs() throws SQLException {
        try (var testbed = new Testbed(settings)) {
            testbed.start(testbed.database(), Testbed.UNTRACKED).close(); // migrates
            HOT.register(testbed.database(), Population.PLENTY);
            MANY.register(testbed.database(), Population.PLENTY);
            SPENT.register(testbed.database(), ONE_IMAGE);
            try (var gateway = start(testbed, Testbed.UNTRACKED)) {
                measureRequests(testbed, gateway);
            }
            try (var gateway = start(testbed, TRACKING)) {
                measureSettlement(testbed, gateway);
                start(testbed, Testbed.UNTRACKED).close();
            }
            checkBooks(testbed);
        }
        publish();
        assertThat(wrong).isEmpty();
    }

    private Gateway start(Testbed testbed, Duration trackingInterval) {
        Gateway gateway = testbed.start(testbed.database(), trackingInterval);
        startSeconds.add(gateway.startedIn().toMillis() / 1000.0);
        return gateway;
    }

    private void measureRequests(Testbed testbed, Gateway gateway) {
        Waiting.pause(BEFORE_IDLE);
        double residentIdle = gateway.residentMegabytes();
        prepare(testbed, gateway);
        warmUp();
        testbed.database().execute("checkpoint");
        if (settings.profile()) {
            gateway.startRecording();
        }
        var others = testbed.watchOthers(gateway);
        for (int repeat = 0; repeat < settings.repeats(); repeat++) {
            measures.values().forEach(measure -> {
                measure.run(settings.perMeasure());
                if (measure.toString().contains(" 256")) {
                    residentUnderLoad.add(gateway.residentMegabytes());
                }
            });
        }
        fact("CPU taken by others meanwhile, %", others.getAsDouble() * 100, 0);
        measureAtHalfSaturation(testbed, gateway);
        if (settings.profile()) {
            Path recording = settings.directory().resolve("gateway.jfr");
            gateway.stopRecording(recording);
            report.paragraph("Flight recording of the gateway: " + recording);
        }
        fact("resident memory idle, MB", residentIdle, 0);
        fact("allocated per admission, kB", allocatedBy(gateway, admissions(gateway, MANY)) / 1000, 1);
        fact("allocated per job read, kB", allocatedBy(gateway, reads(testbed, gateway, MANY)) / 1000, 1);
    }

    /** All that is measured over and over. What is compared runs side by side. */
    private void prepare(Testbed testbed, Gateway gateway) {
        count(Load.once(Requests.generateOnce(gateway.url(), MANY.keys())));
        count(Load.once(Requests.generate(gateway.url(), HOT.keys())));
        count(Load.once(Requests.generate(gateway.url(), SPENT.keys())));

        Requests byMany = admissions(gateway, MANY);
        Requests byOne = admissions(gateway, HOT);
        var raw = new RawDatabase(testbed.database(), false);
        var rawWithRecord = new RawDatabase(testbed.database(), true);
        for (int connections : new int[] {1, 32, 256}) {
            counted(testbed, gateway, "admission", "1,000 tenants", byMany, connections);
            counted(testbed, gateway, "admission", "one tenant", byOne, connections);
            if (connections < 256) {
                int callers = connections;
                raw(testbed, "admit_generation", "1,000 tenants", callers, time -> raw.closedLoop(MANY, callers, time));
                raw(testbed, "admit_generation", "one tenant", callers, time -> raw.closedLoop(HOT, callers, time));
            }
            if (connections == 1) {
                raw(
                        testbed,
                        "admit_generation and record",
                        "1,000 tenants",
                        1,
                        time -> rawWithRecord.closedLoop(MANY, 1, time));
                measure(
                        testbed,
                        gateway,
                        "submission to the stub",
                        "nobody",
                        Requests.generate(testbed.vendor().url(), List.of("none")),
                        1);
            }
        }
        measure(
                testbed,
                gateway,
                "402",
                "one tenant",
                Requests.generateWithoutCredits(gateway.url(), SPENT.keys().getFirst()),
                32);
        measure(testbed, gateway, "400", "1,000 tenants", Requests.generateWrongly(gateway.url(), MANY.keys()), 32);
        measure(testbed, gateway, "replay", "1,000 tenants", Requests.generateOnce(gateway.url(), MANY.keys()), 32);
        for (int connections : new int[] {1, 32, 256}) {
            measure(testbed, gateway, "job read", "1,000 tenants", reads(testbed, gateway, MANY), connections);
            measure(testbed, gateway, "job read", "one tenant", reads(testbed, gateway, HOT), connections);
        }
    }

    private static Requests admissions(Gateway gateway, Population population) {
        return Requests.generate(gateway.url(), population.keys());
    }

    /** One job of each. */
    private static Requests reads(Testbed testbed, Gateway gateway, Population population) {
        List<String> jobs = testbed.database().texts("""
                select distinct on (n) g.id
                  from generate_series(%d, %d) n join generation g on g.tenant_id = %s
                 where g.promised order by n, g.created_at
                """.formatted(
                        population.from(), population.from() + population.count() - 1, Population.TENANT_ID));
        return Requests.read(gateway.url(), population.keys(), jobs::get);
    }

    private void counted(
            Testbed testbed, Gateway gateway, String name, String who, Requests requests, int connections) {
        add(
                name,
                who,
                connections,
                requests.status(),
                () -> testbed.cpuWith(gateway),
                time -> count(Load.closedLoop(requests, connections, time)));
    }

    private void measure(
            Testbed testbed, Gateway gateway, String name, String who, Requests requests, int connections) {
        add(
                name,
                who,
                connections,
                requests.status(),
                () -> testbed.cpuWith(gateway),
                time -> Load.closedLoop(requests, connections, time));
    }

    private void raw(
            Testbed testbed, String name, String who, int connections, Function<Duration, Load.Outcome> course) {
        add(name, who, connections, 202, testbed::cpu, course);
    }

    private void add(
            String name,
            String who,
            int connections,
            int status,
            Supplier<Map<Part, Double>> cpu,
            Function<Duration, Load.Outcome> course) {
        var measure = new Measure(name, who + ", " + connections, status, cpu, course);
        measures.put(measure.toString(), measure);
    }

    private Measure of(String name, String who, int connections) {
        return Objects.requireNonNull(measures.get(name + ", " + who + ", " + connections));
    }

    /** The 202s that have to be found on the books. */
    private Load.Outcome count(Load.Outcome outcome) {
        accepted += outcome.answers().getOrDefault(202, 0);
        return outcome;
    }

    private void warmUp() {
        long end = System.nanoTime() + settings.warmUp().toNanos();
        do {
            measures.values().forEach(measure -> measure.warmUp(SLICE));
        } while (System.nanoTime() - end < 0);
    }

    private void measureAtHalfSaturation(Testbed testbed, Gateway gateway) {
        double half = of("admission", "1,000 tenants", 32).perSecond().median() / 2;
        String rate = "%.0f per second".formatted(half);
        Requests requests = admissions(gateway, MANY);
        Requests straight = Requests.generate(testbed.vendor().url(), List.of("none"));
        var open = new Measure(
                "admission, open loop",
                "1,000 tenants, " + rate,
                202,
                () -> testbed.cpuWith(gateway),
                time -> count(Load.openLoop(requests, half, time)));
        var stub = new Measure(
                "to the stub, open loop",
                "nobody, " + rate,
                202,
                () -> testbed.cpuWith(gateway),
                time -> Load.openLoop(straight, half, time));
        // What the loads before left to clean up would be cleaned up meanwhile.
        testbed.database().execute("vacuum analyze");
        testbed.database().execute("checkpoint");
        // What comes one by one takes other turns through the code than what came in batches until now.
        count(Load.openLoop(requests, half, HALF_SATURATION_WARM_UP));
        for (int run = 0; run < 3; run++) {
            open.run(HALF_SATURATION);
            stub.run(settings.perMeasure());
        }
        measures.put("open", open);
        measures.put("open to the stub", stub);
    }

    private double allocatedBy(Gateway gateway, Requests requests) {
        double before = gateway.allocatedBytes();
        var outcome = Load.closedLoop(requests, 32, settings.perMeasure());
        double bytes = gateway.allocatedBytes() - before;
        if (requests.status() == 202) {
            count(outcome);
        }
        return bytes / outcome.all();
    }

    private void measureSettlement(Testbed testbed, Gateway gateway) {
        Database database = testbed.database();
        String own = " upstream = '" + testbed.vendor().url() + "'";
        testbed.vendor().completeAll();
        List<Double> perSecond = new ArrayList<>();
        List<Double> calls = new ArrayList<>();
        for (int repeat = 0; repeat < settings.repeats(); repeat++) {
            var before = testbed.vendor().calls();
            String from = database.texts("select gateway_now()").getFirst();
            database.execute("""
                    update generation set due_at = gateway_now()
                     where id in (select id from generation where %s and state = 'QUEUED'
                                   order by created_at desc limit %d)
                    """.formatted(own, BACKLOG));
            Waiting.until(
                    "the backlog is settled",
                    SETTLING_WAIT,
                    () -> database.number(
                                    "select count(*) from generation where" + own
                                            + " and state in ('QUEUED', 'PROCESSING') and due_at < gateway_now() + interval '1 hour'")
                            == 0);
            double settled = settledSince(database, from);
            perSecond.add(database.number(
                    "select count(*) / extract(epoch from max(completed_at) - min(completed_at)) from generation"
                            + " where completed_at > '" + from + "'"));
            calls.add(testbed.vendor().calls().sinceForStatus(before) / settled);
        }
        facts.add(List.of(
                "settled per second, of " + BACKLOG + " that wait",
                Spread.of(perSecond).text(0)));
        facts.add(List.of(
                "status calls per settled job of these", Spread.of(calls).text(2)));
        measureSteadySettlement(testbed, gateway, database);
    }

    private void measureSteadySettlement(Testbed testbed, Gateway gateway, Database database) {
        double perSecond = STEADILY_OPEN / (double) STEADY_JOB.toSeconds();
        for (int open = 1; open <= STEADILY_OPEN; open++) {
            testbed.vendor().jobsTake(STEADY_JOB.multipliedBy(open).dividedBy(STEADILY_OPEN));
            String key = Population.key(MANY.from() + open);
            count(Load.once(Requests.generate(gateway.url(), List.of(key))));
        }
        testbed.vendor().jobsTake(STEADY_JOB);
        var before = testbed.vendor().calls();
        String from = database.texts("select gateway_now()").getFirst();
        count(Load.openLoop(admissions(gateway, MANY), perSecond, STEADY));
        double calls = testbed.vendor().calls().sinceForStatus(before);
        double settled = settledSince(database, from);
        fact("settled while 100 jobs of 20 s are open", settled, 0);
        report.atMost("status calls per settled job, 100 jobs of 20 s open", Spread.of(List.of(calls / settled)), 0.3);
    }

    private static double settledSince(Database database, String from) {
        return database.number("select count(*) from generation where completed_at > '" + from + "'");
    }

    private void checkBooks(Testbed testbed) {
        wrong.addAll(testbed.database().disorder());
        double booked = testbed.database()
                .number("select count(*) from generation where promised and upstream = '"
                        + testbed.vendor().url() + "'");
        if (booked != accepted) {
            wrong.add(accepted + " times 202, but " + (long) booked + " generations");
        }
        int jobs = testbed.vendor().calls().submissions();
        if (jobs != accepted) {
            wrong.add(accepted + " times 202, but " + jobs + " submissions to the vendor");
        }
    }

    private void fact(String what, double value, int decimals) {
        facts.add(List.of(what, Spread.number(value, decimals)));
    }

    private void publish() {
        measures.values().forEach(measure -> wrong.addAll(measure.wrong()));
        facts.add(List.of(
                "resident memory at 256 connections, MB",
                Spread.of(residentUnderLoad).text(0)));
        facts.add(List.of("start until ready, s", Spread.of(startSeconds).text(1)));
        report.paragraph("Machine: " + Testbed.machine() + ". Medians of " + settings.repeats() + " runs of "
                + settings.perMeasure().toMillis() + " ms, in brackets the lowest and highest. CPU in seconds per 1,000"
                + " requests.");
        report.table(
                Measure.titles(), measures.values().stream().map(Measure::row).toList());
        report.table(List.of("also", "found"), facts);
        for (int connections : new int[] {32, 256}) {
            report.atLeast(
                    "admissions of one tenant against 1,000 tenants, " + connections + " connections",
                    of("admission", "one tenant", connections)
                            .ratioTo(of("admission", "1,000 tenants", connections), Measure.Sample::perSecond),
                    0.9);
        }
        report.atLeast(
                "admissions against the raw database, one tenant, 32",
                of("admission", "one tenant", 32)
                        .ratioTo(of("admit_generation", "one tenant", 32), Measure.Sample::perSecond),
                1.5);
        report.atLeast(
                "admissions against the raw database, 1,000 tenants, 32",
                of("admission", "1,000 tenants", 32)
                        .ratioTo(of("admit_generation", "1,000 tenants", 32), Measure.Sample::perSecond),
                0.35);
        report.atMost("added p50 at 1 connection against the database's of one admission and one record", added(), 2);
        report.atMost("p99 against p50 at half of the saturation, best of three", tail(), 6);
        report.atMost("resident memory at 256 connections, MB", Spread.of(residentUnderLoad), 400);
        report.figures();
        report.publish(settings.directory().resolve("report.md"));
    }

    private Spread added() {
        List<Double> through = p50s(of("admission", "1,000 tenants", 1));
        List<Double> straight = p50s(of("submission to the stub", "nobody", 1));
        List<Double> database = p50s(of("admit_generation and record", "1,000 tenants", 1));
        return Spread.of(IntStream.range(0, through.size())
                .mapToObj(run -> (through.get(run) - straight.get(run)) / database.get(run))
                .toList());
    }

    private static List<Double> p50s(Measure measure) {
        return measure.values(sample -> sample.millis().p50());
    }

    /** Noise of the machine only ever makes it worse. */
    private Spread tail() {
        var ratios = Objects.requireNonNull(measures.get("open"))
                .spread(sample -> sample.millis().p99() / sample.millis().p50());
        return new Spread(ratios.lowest(), ratios.lowest(), ratios.highest());
    }
}
