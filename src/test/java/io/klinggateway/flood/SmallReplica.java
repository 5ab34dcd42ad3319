package io.klinggateway.flood;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.GatewayCommand;
import io.klinggateway.harness.Replica;
import io.klinggateway.harness.ShippedImage;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.util.FileSystemUtils;

/** The packaged jar as the image runs it, with its cache, in a container of 512 MB; settings are as they are by default. */
final class SmallReplica implements AutoCloseable {

    static final int CONTAINER_MEGABYTES = 512;

    private static final int MEBIBYTE = 1 << 20;
    private static final Pattern DIGITS = Pattern.compile("\\D");

    private final Replica replica;
    private final Path log;
    private final HttpClient http = HttpClient.newHttpClient();

    private SmallReplica(Replica replica, Path log) {
        this.replica = replica;
        this.log = log;
    }

    /** @param teams by name */
    static SmallReplica start(
            TestDatabase database, SimulatedApiframe vendor, Path directory, Map<String, Team> teams) {
        try {
            FileSystemUtils.deleteRecursively(directory);
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ShippedImage image = ShippedImage.in(CONTAINER_MEGABYTES);
        List<String> command = GatewayCommand.ofJar(directory.resolve("gateway"), image.options());
        Map<String, String> environment = new HashMap<>(image.environment());
        environment.put("APIFRAME_API_KEY", SimulatedApiframe.DEFAULT_API_KEY);
        environment.put("APIFRAME_BASE_URL", vendor.baseUrl());
        environment.put("SPRING_DATASOURCE_URL", database.url());
        environment.put("SPRING_DATASOURCE_USERNAME", database.username());
        environment.put("SPRING_DATASOURCE_PASSWORD", database.password());
        declare(teams, environment);
        var replica = new Replica(1, command, environment, directory);
        replica.start();
        replica.awaitReady();
        return new SmallReplica(replica, directory.resolve("replica-1.log"));
    }

    /** @param credits in all */
    record Team(String key, long credits) {}

    private static void declare(Map<String, Team> teams, Map<String, String> environment) {
        int number = 0;
        for (var team : teams.entrySet()) {
            String prefix = "GATEWAY_TENANTS_" + number++ + "_";
            environment.put(prefix + "NAME", team.getKey());
            environment.put(prefix + "BUDGET_PERIOD", "TOTAL");
            environment.put(
                    prefix + "BUDGET_LIMIT", Long.toString(team.getValue().credits()));
            environment.put(prefix + "KEYS_0_NAME", "main");
            environment.put(prefix + "KEYS_0_SHA256", Sha256.hex(team.getValue().key()));
        }
    }

    int port() {
        return replica.url("").getPort();
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port());
    }

    boolean isAlive() {
        return replica.isAlive();
    }

    /** What is in use once the garbage is collected. */
    double heapMegabytes() {
        replica.diagnose("GC.run");
        return metric("jvm_memory_used_bytes{area=\"heap\"") / MEBIBYTE;
    }

    /** The sum of all series whose line begins so. */
    double metric(String beginning) {
        return lines(replica.managementUrl("/actuator/prometheus")).stream()
                .filter(line -> line.startsWith(beginning))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private List<String> lines(URI page) {
        try {
            return http.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofLines())
                    .body()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What no other process shares, and the system cannot take back: what a container is killed for. */
    long ownMemoryMegabytes() {
        try (var status = Files.lines(process("status"))) {
            return status.filter(line -> line.startsWith("RssAnon:"))
                            .mapToLong(
                                    line -> Long.parseLong(DIGITS.matcher(line).replaceAll("")))
                            .sum()
                    / 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path process(String file) {
        return Path.of("/proc", Long.toString(replica.pid()), file);
    }

    List<String> log() {
        try {
            return Files.readAllLines(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        replica.close();
    }
}
