package io.klinggateway.bench;

import io.klinggateway.harness.GatewayCommand;
import io.klinggateway.harness.PostgresProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.springframework.util.FileSystemUtils;

/** PostgreSQL, the stub of the vendor, and what it takes to start gateways beside them. This JVM is the load. */
final class Testbed implements AutoCloseable {

    /** Long enough that nobody looks at an open job while something else is measured. */
    static final Duration UNTRACKED = Duration.ofHours(6);

    /** As in the image and the chart, whose pods have 640 MiB: the heap begins with a 64th of it, and may take a half. */
    private static final List<String> OPTIONS = List.of(
            "-Xms10m",
            "-Xmx320m",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-XX:+ExitOnOutOfMemoryError");

    /** Durable as by default; of a size that fits the machine, and without a checkpoint in the middle of a measure. */
    private static final Map<String, String> SERVER = Map.of(
            "shared_buffers", "1GB",
            "max_wal_size", "16GB",
            "checkpoint_timeout", "1h");

    static final String OPERATOR_TOKEN = "bench-token-of-the-operator-0123456789";

    private final BenchSettings settings;
    private final PostgresProcess postgres;
    private final VendorProcess vendor;
    private final List<String> command;
    private int gateways;

    Testbed(BenchSettings settings) throws SQLException {
        this.settings = settings;
        Path directory = settings.directory();
        try {
            FileSystemUtils.deleteRecursively(directory);
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        command = GatewayCommand.ofJar(directory.resolve("gateway"), OPTIONS);
        postgres = new PostgresProcess(directory, SERVER);
        vendor = new VendorProcess(directory);
    }

    VendorProcess vendor() {
        return vendor;
    }

    Database database(String name) {
        return new Database(postgres.url(name));
    }

    Database database() {
        return database(PostgresProcess.DATABASE);
    }

    /** None of the gateway's own bounds binds: it is to be seen how far it goes. */
    Gateway start(Database database, Duration trackingInterval) {
        Map<String, String> environment = new HashMap<>();
        environment.put("MALLOC_ARENA_MAX", "2"); // as in the image
        environment.put("APIFRAME_API_KEY", "bench-key-of-the-stub");
        environment.put("APIFRAME_BASE_URL", vendor.url().toString());
        environment.put("APIFRAME_REQUESTSPERMINUTE", "60000000");
        environment.put("APIFRAME_MAXCONNECTIONS", "300");
        environment.put("SPRING_DATASOURCE_URL", database.url());
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresProcess.USERNAME);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresProcess.PASSWORD);
        environment.put("GATEWAY_GENERATION_CONCURRENTSUBMISSIONS", "300");
        environment.put("GATEWAY_GENERATION_WAITINGSUBMISSIONS", "10000");
        environment.put("GATEWAY_GENERATION_TRACKINGINTERVAL", trackingInterval.toMillis() + "ms");
        environment.put("GATEWAY_GENERATION_RECONCILIATIONINTERVAL", "6h");
        environment.put("GATEWAY_ADMIN_TOKEN", OPERATOR_TOKEN);
        environment.put("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs");
        environment.putAll(settings.environment());
        return Gateway.start(++gateways, command, environment, settings.directory());
    }

    /** Seconds that each part has used so far, gateways apart. */
    Map<Part, Double> cpu() {
        Map<Part, Double> seconds = new EnumMap<>(Part.class);
        seconds.put(Part.POSTGRES, Cpu.secondsOfFamily(postgres.process()));
        seconds.put(Part.VENDOR, Cpu.secondsOf(vendor.pid()));
        seconds.put(Part.LOAD, Cpu.secondsOf(ProcessHandle.current().pid()));
        return seconds;
    }

    Map<Part, Double> cpuWith(Gateway gateway) {
        Map<Part, Double> seconds = cpu();
        seconds.put(Part.GATEWAY, Cpu.secondsOf(gateway.pid()));
        return seconds;
    }

    /** @return what share of the machine others have had since, when asked: a quiet run is one where it is small */
    DoubleSupplier watchOthers(Gateway... gateways) {
        long from = System.nanoTime();
        double before = secondsOfOthers(gateways);
        return () -> (secondsOfOthers(gateways) - before)
                * 1e9
                / (System.nanoTime() - from)
                / Runtime.getRuntime().availableProcessors();
    }

    private double secondsOfOthers(Gateway... gateways) {
        double ours = cpu().values().stream().mapToDouble(Double::doubleValue).sum()
                + Arrays.stream(gateways)
                        .mapToDouble(gateway -> Cpu.secondsOf(gateway.pid()))
                        .sum();
        return Cpu.secondsOfMachine() - ours;
    }

    static String machine() {
        double gigabytes;
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            gigabytes = lines.filter(line -> line.startsWith("MemTotal:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    * 1024
                    / 1e9;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "%d cores, %.0f GB of memory, %s %s, Java %s"
                .formatted(
                        Runtime.getRuntime().availableProcessors(),
                        gigabytes,
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.version().feature());
    }

    /** The data may be large, and say nothing any more. */
    @Override
    public void close() {
        vendor.close();
        postgres.close();
        try {
            FileSystemUtils.deleteRecursively(settings.directory().resolve("postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
