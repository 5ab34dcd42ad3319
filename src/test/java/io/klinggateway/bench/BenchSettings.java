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
 * @param perMeasure how long each measure runs each time
 * @param repeats how often each measure runs, in turn with the others
 * @param profile whether the gateway's flight is recorded while it is measured
 * @param environment further settings of the gateway, to try one out
 * @param generations how many have ended already, in each of the databases of the growth form, in rising order
 * @param tenants how many tenants send, in the growth form
 */
record BenchSettings(
        Path directory,
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
                Duration.ofMillis(Integer.getInteger("bench.millis", 2000)),
                Integer.getInteger("bench.repeats", 3),
                Duration.ofSeconds(Integer.getInteger("bench.warmUpSeconds", 90)),
                Boolean.getBoolean("bench.profile"),
                assignments(System.getProperty("bench.environment", "")),
                numbers(System.getProperty("bench.generations", "0,1000000,5000000")),
                numbers(System.getProperty("bench.tenants", "10,1000,10000")));
    }

    private static Map<String, String> assignments(String list) {
        return Arrays.stream(list.split(",", -1))
                .filter(assignment -> assignment.contains("="))
                .map(assignment -> assignment.split("=", 2))
                .collect(Collectors.toMap(parts -> parts[0].strip(), parts -> parts[1].strip()));
    }

    private static List<Integer> numbers(String list) {
        return Arrays.stream(list.split(",", -1))
                .map(String::strip)
                .map(Integer::valueOf)
                .sorted()
                .toList();
    }
}
