package io.klinggateway.bench;

import io.klinggateway.harness.GatewayCommand;
import io.klinggateway.harness.PostgresProcess;
import io.klinggateway.harness.ShippedImage;
import io.klinggateway.harness.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.springframework.util.FileSystemUtils;

/** PostgreSQL, and what it takes to start gateways and their vendors beside it. This JVM is the load. */
final class Testbed implements AutoCloseable {

    /** Durable as by default; of a size that fits the machine, and without a checkpoint in the middle of a measure. */
    private static final Map<String, String> SERVER = Map.of(
            "shared_buffers", "1GB",
            "max_wal_size", "16GB",
            "checkpoint_timeout", "1h");

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    static final String OPERATOR_TOKEN = "bench-token-of-the-operator-0123456789";

    /** As the chart has it. */
    private static final int MEGABYTES_OF_A_POD = 640;

    private final BenchSettings settings;
    private final ShippedImage image = ShippedImage.in(MEGABYTES_OF_A_POD);
    private final PostgresProcess postgres;
    private final List<String> command;
    private final List<Deployment> deployments = new ArrayList<>();
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
        command = GatewayCommand.ofJar(directory.resolve("gateway"), image.options());
        postgres = new PostgresProcess(directory, SERVER);
    }

    /** Gives the database that copies are taken from its tables. */
    void migrate() {
        deploy(database(), 1).close();
    }

    Database database(String name) {
        return new Database(postgres.url(name));
    }

    /** Where copies are taken from. */
    Database database() {
        return database(PostgresProcess.DATABASE);
    }

    Database copy(String template, String name) {
        Database maintenance = database("postgres");
        Waiting.until(
                "nobody uses " + template,
                PATIENCE,
                () -> maintenance.number("select count(*) from pg_stat_activity where datname = '" + template + "'")
                        == 0);
        maintenance.execute("create database " + name + " template " + template + " strategy file_copy");
        return database(name);
    }

    /** With all settings as they are by default. */
    Deployment deploy(Database database, int replicas) {
        var vendor = new VendorProcess(settings.directory().resolve("vendor-" + (gateways + 1) + ".log"));
        vendor.jobsTake(settings.job());
        Map<String, String> environment = new HashMap<>(image.environment());
        environment.put("APIFRAME_API_KEY", "bench-key-of-the-stub");
        environment.put("APIFRAME_BASE_URL", vendor.url().toString());
        environment.put("SPRING_DATASOURCE_URL", database.url());
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresProcess.USERNAME);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresProcess.PASSWORD);
        environment.put("GATEWAY_ADMIN_TOKEN", OPERATOR_TOKEN);
        environment.putAll(settings.environment());
        List<Gateway> started = new ArrayList<>();
        var deployment = new Deployment(settings, database, vendor, started);
        deployments.add(deployment);
        for (int replica = 0; replica < replicas; replica++) {
            started.add(Gateway.start(++gateways, command, environment, settings.directory()));
        }
        return deployment;
    }

    /** Seconds that each part has used so far; gateways and vendors are those of these deployments. */
    Map<Part, Double> cpu(Collection<Deployment> watched) {
        Map<Part, Double> seconds = new EnumMap<>(Part.class);
        seconds.put(Part.GATEWAY, sum(watched, Deployment::gatewaySeconds));
        seconds.put(Part.POSTGRES, Cpu.secondsOfFamily(postgres.process()));
        seconds.put(Part.VENDOR, sum(watched, Deployment::vendorSeconds));
        seconds.put(Part.LOAD, Cpu.secondsOf(ProcessHandle.current().pid()));
        double ours = seconds.values().stream().mapToDouble(Double::doubleValue).sum();
        List<Deployment> unwatched = new ArrayList<>(deployments);
        unwatched.removeAll(watched);
        seconds.put(
                Part.OTHERS,
                Cpu.secondsOfMachine() - ours - sum(unwatched, each -> each.gatewaySeconds() + each.vendorSeconds()));
        return seconds;
    }

    private static double sum(Collection<Deployment> deployments, ToDoubleFunction<Deployment> seconds) {
        return deployments.stream().mapToDouble(seconds).sum();
    }

    /** @return what share of the machine each part has had since, when asked: a quiet run is one where others had little */
    Supplier<Map<Part, Double>> watch(Collection<Deployment> watched) {
        long from = System.nanoTime();
        Map<Part, Double> before = cpu(watched);
        return () -> {
            double all = (System.nanoTime() - from) / 1e9 * Runtime.getRuntime().availableProcessors();
            Map<Part, Double> shares = cpu(watched);
            shares.replaceAll((part, seconds) -> (seconds - before.getOrDefault(part, 0.0)) / all);
            return shares;
        };
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
        deployments.forEach(Deployment::close);
        postgres.close();
        try {
            FileSystemUtils.deleteRecursively(settings.directory().resolve("postgres"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
