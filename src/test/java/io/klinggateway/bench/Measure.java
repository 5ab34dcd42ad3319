package io.klinggateway.bench;

import io.klinggateway.bench.Latencies.Percentiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** One thing that is measured, several times in turn with others. */
final class Measure {

    private final String name;
    private final Supplier<Map<Part, Double>> cpu;
    private final Supplier<Load.Outcome> course;
    private final Runnable afterwards;
    private final List<Sample> samples = new ArrayList<>();

    /**
     * @param cpu the seconds that each part has used so far
     * @param afterwards what is to be done after each run, and not measured
     */
    Measure(String name, Supplier<Map<Part, Double>> cpu, Supplier<Load.Outcome> course, Runnable afterwards) {
        this.name = name;
        this.cpu = cpu;
        this.course = course;
        this.afterwards = afterwards;
    }

    /** @param gatewaySeconds of CPU per 1,000 requests */
    record Sample(double perSecond, Percentiles millis, double gatewaySeconds) {}

    /** Without keeping the figures. */
    void warmUp() {
        var _ = course.get();
        afterwards.run();
    }

    void run() {
        double before = gatewaySeconds();
        Load.Outcome outcome = course.get();
        double used = gatewaySeconds() - before;
        samples.add(new Sample(outcome.perSecond(), outcome.latencies().percentiles(), used * 1000 / outcome.all()));
        afterwards.run();
    }

    private double gatewaySeconds() {
        return cpu.get().getOrDefault(Part.GATEWAY, Double.NaN);
    }

    Spread spread(ToDoubleFunction<Sample> value) {
        return Spread.of(values(value));
    }

    private List<Double> values(ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).boxed().toList();
    }

    Spread perSecond() {
        return spread(Sample::perSecond);
    }

    Spread p50() {
        return spread(sample -> sample.millis().p50());
    }

    Spread p95() {
        return spread(sample -> sample.millis().p95());
    }

    /** Medians of the percentiles. */
    String millis() {
        return "%.1f / %.1f / %.1f"
                .formatted(
                        p50().median(),
                        p95().median(),
                        spread(sample -> sample.millis().p99()).median());
    }

    /** Of each run against the run of the other that was nearest in time. */
    Spread ratioTo(Measure other, ToDoubleFunction<Sample> value) {
        List<Double> own = values(value);
        List<Double> others = other.values(value);
        return Spread.of(IntStream.range(0, Math.min(own.size(), others.size()))
                .mapToObj(run -> own.get(run) / others.get(run))
                .toList());
    }

    List<String> row() {
        return List.of(
                name,
                perSecond().text(0),
                p50().text(2),
                p95().text(2),
                spread(sample -> sample.millis().p99()).text(2),
                spread(Sample::gatewaySeconds).text(2));
    }

    static List<String> titles() {
        return List.of("measure", "per second", "p50 ms", "p95 ms", "p99 ms", "CPU s of the gateway per 1,000");
    }

    @Override
    public String toString() {
        return name;
    }
}
