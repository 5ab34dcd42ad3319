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

/** How the gateway is started: by the JDK that runs the tests. */
public final class GatewayCommand {

    /** Small and quick to start. */
    private static final List<String> OPTIONS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

    private static final Duration PATIENCE = Duration.ofMinutes(6);

    private static @Nullable List<String> ofJar;

    private final Path directory;
    private final List<String> options;

    private GatewayCommand(Path directory, List<String> options) {
        this.directory = directory.toAbsolutePath();
        this.options = options;
    }

    static synchronized List<String> ofJar() {
        if (ofJar == null) {
            ofJar = ofJar(Path.of("target", "harness", "gateway"), OPTIONS);
        }
        return ofJar;
    }

    /**
     * The packaged jar, unpacked and with a cache of its classes as in the image: it starts in half the time.
     *
     * @param directory for what is unpacked; its contents are thrown away
     * @param options of the JVM, which the cache is made for
     */
    public static List<String> ofJar(Path directory, List<String> options) {
        var gateway = new GatewayCommand(directory, options);
        var jar = gateway.unpacked();
        return gateway.command("-XX:AOTCache=" + gateway.cache(), "-jar", jar.toString());
    }

    private Path cache() {
        return directory.resolve("gateway.aot");
    }

    private Path unpacked() {
        var packaged = Path.of("target", "kling-gateway.jar").toAbsolutePath();
        if (Files.notExists(packaged)) {
            throw new IllegalStateException(packaged + " is not there: run ./mvnw package first");
        }
        try {
            FileSystemUtils.deleteRecursively(directory);
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var unpacked = directory.resolve("unpacked");
        run(command("-Djarmode=tools", "-jar", packaged.toString(), "extract", "--destination", unpacked.toString()));
        var started = unpacked.resolve(packaged.getFileName());
        run(command(
                "-XX:AOTCacheOutput=" + cache(),
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

    private void run(List<String> command) {
        var log = directory.resolve("preparation.log").toFile();
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
        return new GatewayCommand(Path.of("target"), OPTIONS)
                .command("-cp", System.getProperty("java.class.path"), "io.klinggateway.KlingGatewayApplication");
    }

    private List<String> command(String... arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        return command;
    }
}
