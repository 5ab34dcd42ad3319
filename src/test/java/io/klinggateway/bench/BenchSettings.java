package io.klinggateway.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How much is measured, from system properties.
 *
 * @param rows names of the groups of rows that are measured; empty for all
 * @param replicas of the gateway; all is measured with the first number, what depends on it with each
 * @param window how long what goes at the vendor's pace is measured
 * @param job how long the vendor's jobs take
 * @param away how long the vendor is away
 * @param perMeasure how long each measure of what is fast runs each time
 * @param repeats how often each of these runs, in turn with the others
 * @param profile whether the first gateway's flight is recorded while it is measured
 * @param environment further settings of the gateway, to try one out
 * @param generations how many have ended already, in each of the databases of the growth form, in rising order
 * @param tenants how many tenants send, in the growth form
 */
record BenchSettings(
        Path directory,
        List<String> rows,
        List<Integer> replicas,
        Duration window,
        Duration job,
        Duration away,
        Duration perMeasure,
        int repeats,
        Duration warmUp,
        boolean profile,
        Map<String, String> environment,
        List<Integer> generations,
        List<Integer> tenants) {

    static BenchSettings chosen() {
        return new BenchSettings(
                Path.of("target", "bench").toAbsolutePath(),
                texts(System.getProperty("bench.rows", "")),
                numbers(System.getProperty("bench.replicas", "1,2,4")),
                seconds("bench.windowSeconds", 120),
                seconds("bench.jobSeconds", 40),
                seconds("bench.awaySeconds", 60),
                Duration.ofMillis(Integer.getInteger("bench.millis", 4000)),
                Integer.getInteger("bench.repeats", 3),
                seconds("bench.warmUpSeconds", 90),
                Boolean.getBoolean("bench.profile"),
                assignments(System.getProperty("bench.environment", "")),
                numbers(System.getProperty("bench.generations", "0,1000000,5000000")),
                numbers(System.getProperty("bench.tenants", "10,1000,10000")));
    }

    boolean measures(String group) {
        return rows.isEmpty() || rows.contains(group);
    }

    private static Duration seconds(String property, int otherwise) {
        return Duration.ofSeconds(Integer.getInteger(property, otherwise));
    }

    private static Map<String, String> assignments(String list) {
        return texts(list).stream()
                .map(assignment -> assignment.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0].strip(), parts -> parts[1].strip()));
    }

    private static List<Integer> numbers(String list) {
        return texts(list).stream().map(Integer::valueOf).sorted().toList();
    }

    private static List<String> texts(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .toList();
    }
}
