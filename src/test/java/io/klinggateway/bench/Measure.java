package io.klinggateway.bench;

import io.klinggateway.bench.Latencies.Percentiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** One thing that is measured, several times in turn with others. */
final class Measure {

    private final String name;
    private final String load;
    private final int expectedStatus;
    private final Supplier<Map<Part, Double>> cpu;
    private final Function<Duration, Load.Outcome> course;
    private final List<Sample> samples = new ArrayList<>();
    private final List<String> wrong = new ArrayList<>();

    /**
     * @param load who sends, over how many connections
     * @param cpu the seconds that each part has used so far
     */
    Measure(
            String name,
            String load,
            int expectedStatus,
            Supplier<Map<Part, Double>> cpu,
            Function<Duration, Load.Outcome> course) {
        this.name = name;
        this.load = load;
        this.expectedStatus = expectedStatus;
        this.cpu = cpu;
        this.course = course;
    }

    /** @param cpuSeconds per 1,000 requests */
    record Sample(double perSecond, Percentiles millis, Map<Part, Double> cpuSeconds) {}

    /** Without keeping the figures, but with an eye on the answers. */
    void warmUp(Duration duration) {
        check(course.apply(duration));
    }

    void run(Duration duration) {
        Map<Part, Double> before = cpu.get();
        Load.Outcome outcome = course.apply(duration);
        Map<Part, Double> used = new EnumMap<>(Part.class);
        cpu.get()
                .forEach((part, seconds) ->
                        used.put(part, (seconds - before.getOrDefault(part, 0.0)) * 1000 / outcome.all()));
        check(outcome);
        samples.add(new Sample(outcome.perSecond(), outcome.latencies().percentiles(), used));
    }

    private void check(Load.Outcome outcome) {
        outcome.answers().forEach((status, count) -> {
            if (status != expectedStatus) {
                wrong.add(this + ": " + count + " answers with " + status + " in place of " + expectedStatus);
            }
        });
        if (outcome.lost() > 0) {
            wrong.add(this + ": " + outcome.lost() + " requests without an answer");
        }
    }

    List<String> wrong() {
        return wrong;
    }

    Spread spread(ToDoubleFunction<Sample> value) {
        return Spread.of(values(value));
    }

    List<Double> values(ToDoubleFunction<Sample> value) {
        return samples.stream().mapToDouble(value).boxed().toList();
    }

    Spread perSecond() {
        return spread(Sample::perSecond);
    }

    Spread p50() {
        return spread(sample -> sample.millis().p50());
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
        List<String> row = new ArrayList<>(List.of(
                name,
                load,
                perSecond().text(0),
                p50().text(2),
                spread(sample -> sample.millis().p95()).text(2),
                spread(sample -> sample.millis().p99()).text(2)));
        for (Part part : Part.values()) {
            row.add(Spread.number(
                    spread(sample -> sample.cpuSeconds().getOrDefault(part, Double.NaN))
                            .median(),
                    2));
        }
        return row;
    }

    static List<String> titles() {
        return List.of(
                "measure",
                "sent by",
                "per second",
                "p50 ms",
                "p95 ms",
                "p99 ms",
                "CPU s gateway",
                "PostgreSQL",
                "vendor",
                "load");
    }

    @Override
    public String toString() {
        return name + ", " + load;
    }
}
