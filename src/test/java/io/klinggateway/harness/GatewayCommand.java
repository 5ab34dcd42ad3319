package io.klinggateway.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;

/** How the gateway is started: by the JDK that runs the tests, small and quick to start. */
final class GatewayCommand {

    private static final List<String> OPTIONS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private static final Path DIRECTORY =
            Path.of("target", "harness", "gateway").toAbsolutePath();
    private static final Path CACHE = DIRECTORY.resolve("gateway.aot");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static @Nullable Path jar;

    private GatewayCommand() {}

    /** The packaged jar, unpacked and with a cache of its classes as in the image: it starts in half the time. */
    static synchronized List<String> ofJar() {
        if (jar == null) {
            jar = unpacked();
        }
        return command("-XX:AOTCache=" + CACHE, "-jar", jar.toString());
    }

    private static Path unpacked() {
        var packaged = Path.of("target", "kling-gateway.jar").toAbsolutePath();
        if (Files.notExists(packaged)) {
            throw new IllegalStateException(packaged + " is not there: run ./mvnw package first");
        }
        try {
            FileSystemUtils.deleteRecursively(DIRECTORY);
            Files.createDirectories(DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var unpacked = DIRECTORY.resolve("unpacked");
        run(command("-Djarmode=tools", "-jar", packaged.toString(), "extract", "--destination", unpacked.toString()));
        var started = unpacked.resolve(packaged.getFileName());
        run(command(
                "-XX:AOTCacheOutput=" + CACHE,
                "-Dspring.context.exit=onRefresh",
                "-Dspring.flyway.enabled=false",
                "-Dspring.datasource.url=jdbc:postgresql://localhost:1/none",
                "-Dspring.datasource.username=none",
                "-Dspring.datasource.password=none",
                "-Dspring.datasource.hikari.connection-timeout=250",
                "-Dspring.datasource.hikari.initialization-fail-timeout=-1",
                "-Dapiframe.api-key=none",
                "-jar",
                started.toString()));
        return started;
    }

    private static void run(List<String> command) {
        var log = DIRECTORY.resolve("preparation.log").toFile();
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start();
            var status =
                    process.onExit().get(PATIENCE.toSeconds(), TimeUnit.SECONDS).exitValue();
            if (status != 0) {
                throw new IllegalStateException("exit status " + status + ", see " + log);
            }
        } catch (IOException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("cannot prepare the gateway, see " + log, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The classes of the build with those of the tests, so that some may be replaced. */
    static List<String> ofClassPath() {
        return command("-cp", System.getProperty("java.class.path"), "io.klinggateway.KlingGatewayApplication");
    }

    private static List<String> command(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(OPTIONS);
        command.addAll(List.of(arguments));
        return command;
    }
}
