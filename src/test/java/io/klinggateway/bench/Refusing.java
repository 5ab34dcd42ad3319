package io.klinggateway.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What never reaches the queue: refusals, replays and reads; and whether a flood of refusals is felt by another team. */
final class Refusing implements RowGroup {

    private static final int CONNECTIONS = 32;
    private static final int OTHERS_PER_MINUTE = 240;
    private static final Duration FLOOD = Duration.ofSeconds(15);

    private final Supplier<Map<Part, Double>> cpu;

    /** @param cpu the seconds that each part has used so far */
    Refusing(Supplier<Map<Part, Double>> cpu) {
        this.cpu = cpu;
    }

    @Override
    public void measure(Deployment deployment, Report report) {
        flood(deployment, report);
        deployment.once(Requests.generateOnce(Population.MANY.keys()));
        List<Measure> measures = List.of(
                measure(deployment, "402, one team", Requests.generateWithoutCredits(Population.SPENT.keys())),
                measure(deployment, "400, 1,000 teams", Requests.generateWrongly(Population.MANY.keys())),
                measure(deployment, "replay, 1,000 teams", Requests.generateOnce(Population.MANY.keys())),
                measure(deployment, "job read, 1,000 teams", reads(deployment)));
        for (int repeat = 0; repeat < deployment.settings().repeats(); repeat++) {
            measures.forEach(Measure::run);
        }
        report.measures(measures, Map.of());
    }

    private static void flood(Deployment deployment, Report report) {
        List<Double> p95 = new ArrayList<>();
        List<Double> floods = new ArrayList<>();
        for (int repeat = 0; repeat < deployment.settings().repeats(); repeat++) {
            var flood = Background.start(() -> deployment.closedLoop(
                    Requests.generateWithoutCredits(Population.SPENT.keys()), CONNECTIONS, FLOOD));
            Load.Outcome others =
                    deployment.openLoop(Requests.generate(Population.NEIGHBOUR.keys()), OTHERS_PER_MINUTE, FLOOD);
            p95.add(others.latencies().percentiles().p95());
            floods.add(flood.join().perSecond());
        }
        report.atMost("flood of one team's 402s: p95 of another team to its 202, ms", Spread.of(p95), 100, 0);
        report.found("flood of one team's 402s: 402s per second", Spread.of(floods), 0);
    }

    private Measure measure(Deployment deployment, String name, Requests requests) {
        return new Measure(
                name + ", " + CONNECTIONS + " connections",
                cpu,
                () -> deployment.closedLoop(
                        requests, CONNECTIONS, deployment.settings().perMeasure()),
                () -> {});
    }

    /** One job of each team. */
    private static Requests reads(Deployment deployment) {
        List<String> jobs = deployment.database().texts("""
                select distinct on (n) g.id
                  from %s join generation g on g.tenant_id = %s
                 where g.idempotency_key is not null order by n
                """.formatted(Population.MANY.numbers(), Population.TENANT_ID));
        return Requests.read(Population.MANY.keys(), jobs::get);
    }
}
