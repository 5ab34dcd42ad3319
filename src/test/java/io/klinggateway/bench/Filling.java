package io.klinggateway.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * How fast the gateway accepts what will have to wait, and what memory that takes. Nothing waits when a measure begins; what
 * waits when it ends is reported.
 */
final class Filling implements RowGroup {

    private static final String ONE = "one team";
    private static final String MANY = "1,000 teams";
    private static final List<Integer> CONNECTIONS = List.of(1, 32, 256);

    private final Supplier<Map<Part, Double>> cpu;
    private final List<Double> resident = new ArrayList<>();
    private final List<Double> waited = new ArrayList<>();

    /** @param cpu the seconds that each part has used so far */
    Filling(Supplier<Map<Part, Double>> cpu) {
        this.cpu = cpu;
    }

    @Override
    public void measure(Deployment deployment, Report report) {
        double idle = deployment.gateway().residentMegabytes();
        Map<String, Measure> measures = new LinkedHashMap<>();
        for (int connections : CONNECTIONS) {
            measures.put(ONE + connections, measure(deployment, Population.HOT, ONE, connections));
            measures.put(MANY + connections, measure(deployment, Population.MANY, MANY, connections));
        }
        for (int repeat = 0; repeat < deployment.settings().repeats(); repeat++) {
            measures.values().forEach(Measure::run);
        }
        double kilobytes = allocatedPerAdmission(deployment) / 1000;

        report.measures(measures.values(), Map.of(measures.get(ONE + 32), 700.0, measures.get(MANY + 32), 1500.0));
        report.found("accepting: waiting after each measure", Spread.of(waited), 0);
        report.atMost("accepting over 256 connections: resident memory, MB", Spread.of(resident), 400, 0);
        report.found("resident memory before, MB", Spread.of(idle), 0);
        report.found("allocated per admission, kB", Spread.of(kilobytes), 0);
    }

    private Measure measure(Deployment deployment, Population teams, String who, int connections) {
        Requests requests = Requests.generate(teams.keys());
        return new Measure(
                "accepting: " + who + ", " + connections + " connections",
                cpu,
                () -> deployment.closedLoop(
                        requests, connections, deployment.settings().perMeasure()),
                () -> {
                    if (connections == 256) {
                        resident.add(deployment.gateway().residentMegabytes());
                    }
                    waited.add((double) deployment.clear());
                });
    }

    private static double allocatedPerAdmission(Deployment deployment) {
        double before = deployment.gateway().allocatedBytes();
        var outcome = deployment.closedLoop(
                Requests.generate(Population.MANY.keys()),
                32,
                deployment.settings().perMeasure());
        return (deployment.gateway().allocatedBytes() - before) / outcome.all();
    }
}
