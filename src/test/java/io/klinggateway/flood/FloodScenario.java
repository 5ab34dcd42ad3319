package io.klinggateway.flood;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.flood.SmallReplica.Team;
import io.klinggateway.harness.Waiting;
import io.klinggateway.simulator.SimulatedApiframe;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One replica bears one flood after the other. Meanwhile another team is served, and well; afterwards the memory is free again
 * and the log no longer than people read.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FloodScenario {

    private static final String FLOODING = "kg_flooding_000000000000000000000000000000000000000";
    private static final String POOR = "kg_poor_00000000000000000000000000000000000000000000";
    private static final String BYSTANDING = "kg_bystanding_0000000000000000000000000000000000000";
    private static final long ENOUGH = 1_000_000_000;

    private static final Duration TIME_TO_COME = Duration.ofSeconds(3);
    private static final Duration TIME_TO_RECOVER = Duration.ofSeconds(60);
    private static final int WARM_UP_ROUNDS = 300;
    private static final double MOST_HEAP_LEFT_MEGABYTES = 40;

    /** The flood, PostgreSQL and the vendor share the machine with the replica; and others with all of them. */
    private static final long LEAST_SLOWNESS = 2;

    private static final long QUIET_CALL_MILLIS = 10;

    /** A team's at once, strangers', and those of callers that have hung up; then one a second each. */
    private static final int MOST_LINES_AT_ONCE = 300;

    private static final int MOST_LINES_A_SECOND = 3;

    private final Duration time;
    private final List<String> report = new ArrayList<>();
    private final SimulatedApiframe vendor =
            SimulatedApiframe.builder().port(0).queuedFor(Duration.ofHours(4)).build();
    private SmallReplica gateway;
    private Bystander bystander;
    private Floods floods;
    private long slowness = LEAST_SLOWNESS;

    /** @param time for which each flood is watched */
    FloodScenario(Duration time) {
        this.time = time;
    }

    @BeforeAll
    void start() {
        vendor.start();
        gateway = SmallReplica.start(
                TestDatabase.migrated(),
                vendor,
                Path.of("target", "flood"),
                Map.of(
                        "flooding", new Team(FLOODING, ENOUGH),
                        "poor", new Team(POOR, 0),
                        "bystanding", new Team(BYSTANDING, ENOUGH)));
        bystander = new Bystander(gateway.address(), BYSTANDING);
        bystander.warmUp(WARM_UP_ROUNDS);
        floods = new Floods(gateway.port(), FLOODING, POOR);
        report(String.format(
                Locale.ROOT,
                "%-40s %9s %-42s %-26s %-26s %-16s %6s %6s",
                "flood",
                "connected",
                "answers a second, hung up on",
                "kept: p50 p95 longest, ms",
                "own: p50 p95 longest, ms",
                "heap MB",
                "own MB",
                "lines"));
        Measure quiet = measure(null);
        slowness = Math.max(LEAST_SLOWNESS, quiet.percentile(95).toMillis() / QUIET_CALL_MILLIS);
        report("bounds hold for machines that do nothing else; here they are taken times " + slowness);
    }

    @AfterAll
    void stop() {
        gateway.close();
        vendor.close();
        report.forEach(System.out::println);
    }

    Stream<Flood> crowds() {
        return floods.crowds();
    }

    Stream<Flood> floods() {
        return floods.floods();
    }

    @ParameterizedTest
    @MethodSource("crowds")
    void aCrowdKeepsNobodyElseOut(Flood crowd) {
        assertOthersAreServed(crowd);
    }

    @ParameterizedTest
    @MethodSource("floods")
    void aFloodCarriesNobodyElseAway(Flood flood) {
        assertOthersAreServed(flood);
    }

    private void assertOthersAreServed(Flood flood) {
        Measure measure = measure(flood);

        var softly = new SoftAssertions();
        softly.assertThat(gateway.isAlive()).as("the process lives").isTrue();
        softly.assertThat(gateway.log()).noneMatch(line -> line.contains("OutOfMemoryError"));
        softly.assertThat(measure.calls().stream().filter(call -> !call.isGood()))
                .as("calls of another team that were refused or not answered")
                .hasSizeLessThanOrEqualTo(measure.calls().size() * flood.mostUnanswered() / 100);
        softly.assertThat(measure.percentile(95))
                .as("95 of 100 calls of another team")
                .isLessThan(flood.longestForOthers().multipliedBy(slowness));
        softly.assertThat(measure.heapAfter())
                .as("heap in use, of %.0f MB before", measure.heapBefore())
                .isLessThan(measure.heapBefore() + MOST_HEAP_LEFT_MEGABYTES);
        softly.assertThat(measure.memory()).as("MB of its own").isLessThan(SmallReplica.CONTAINER_MEGABYTES);
        softly.assertThat(measure.lines())
                .as("lines in the log")
                .isLessThan(MOST_LINES_AT_ONCE + MOST_LINES_A_SECOND * time.toSeconds());
        softly.assertAll();
    }

    /** @param flood null for none */
    private Measure measure(@Nullable Flood flood) {
        double heapBefore = gateway.heapMegabytes();
        long linesBefore = lines();
        List<Bystander.Call> calls;
        String crowded = "";
        String answers = "";
        long memory;
        if (flood == null) {
            calls = bystander.callFor(time);
            memory = gateway.ownMemoryMegabytes();
        } else {
            try (var crowd = Crowd.come(flood, gateway.address())) {
                Waiting.pause(TIME_TO_COME);
                var before = crowd.answers();
                int hungUpOn = crowd.hungUpOn();
                calls = bystander.callFor(time);
                answers = crowd.answers().entrySet().stream()
                                .map(entry -> entry.getKey() + "×"
                                        + (entry.getValue() - before.getOrDefault(entry.getKey(), 0))
                                                / time.toSeconds())
                                .collect(Collectors.joining(" "))
                        + ", " + (crowd.hungUpOn() - hungUpOn) / time.toSeconds();
                crowded = Integer.toString(crowd.connected());
                memory = gateway.ownMemoryMegabytes();
            }
        }
        var measure = new Measure(calls, heapBefore, heapOnceItIsOver(heapBefore), memory, lines() - linesBefore);
        report(String.format(
                Locale.ROOT,
                "%-40s %9s %-42s %-26s %-26s %-16s %6d %6d",
                flood == null ? "none" : flood.name(),
                crowded,
                answers,
                measure.of(true),
                measure.of(false),
                String.format(Locale.ROOT, "%.0f → %.0f", heapBefore, measure.heapAfter()),
                measure.memory(),
                measure.lines()));
        return measure;
    }

    private void report(String line) {
        System.out.println(line); // as it goes, and once more together
        report.add(line);
    }

    private double heapOnceItIsOver(double before) {
        long end = System.nanoTime() + TIME_TO_RECOVER.toNanos();
        double heap;
        do {
            Waiting.pause(Duration.ofSeconds(1));
            heap = gateway.heapMegabytes();
        } while ((heap > before + MOST_HEAP_LEFT_MEGABYTES || gateway.metric("kling_gateway_watchers ") > 0)
                && System.nanoTime() - end < 0);
        return heap;
    }

    /** But for those of jobs, two for each. */
    private long lines() {
        return gateway.log().stream()
                .filter(line -> !line.contains("admitted generation=") && !line.contains("sent generation="))
                .count();
    }

    private record Measure(List<Bystander.Call> calls, double heapBefore, double heapAfter, long memory, long lines) {

        Duration percentile(int percent) {
            return percentile(calls, percent);
        }

        String of(boolean kept) {
            List<Bystander.Call> some =
                    calls.stream().filter(call -> call.kept() == kept).toList();
            return Stream.of(50, 95, 100)
                            .map(percent ->
                                    Long.toString(percentile(some, percent).toMillis()))
                            .collect(Collectors.joining(" "))
                    + (some.stream().allMatch(Bystander.Call::isGood)
                            ? ""
                            : " bad: "
                                    + some.stream()
                                            .filter(call -> !call.isGood())
                                            .collect(Collectors.groupingBy(
                                                    Bystander.Call::status, Collectors.counting())));
        }

        private static Duration percentile(List<Bystander.Call> calls, int percent) {
            List<Duration> took =
                    calls.stream().map(Bystander.Call::took).sorted().toList();
            return took.get(Math.min(took.size() - 1, took.size() * percent / 100));
        }
    }
}
