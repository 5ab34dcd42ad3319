package io.klinggateway.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One process of the gateway, at the same ports through all its lives. */
public final class Replica implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofMinutes(4);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(3);
    private static final Pattern SPACES = Pattern.compile("\\s+");

    private final int number;
    private final int port = Ports.free();
    private final int managementPort = Ports.free();
    private final List<String> command;
    private final Map<String, String> environment;
    private final File log;
    private final HttpClient probes =
            HttpClient.newBuilder().connectTimeout(PROBE_TIMEOUT).build();
    private @Nullable Process process;

    /** @param command starts the gateway; the environment is all that it gets */
    public Replica(int number, List<String> command, Map<String, String> environment, Path directory) {
        this.number = number;
        this.command = command;
        this.environment = environment;
        this.log = directory.resolve("replica-" + number + ".log").toFile();
    }

    int number() {
        return number;
    }

    public URI url(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public URI managementUrl(String path) {
        return URI.create("http://127.0.0.1:" + managementPort + path);
    }

    public synchronized void start() {
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("SERVER_PORT", Integer.toString(port));
        builder.environment().put("MANAGEMENT_SERVER_PORT", Integer.toString(managementPort));
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL. */
    public synchronized void kill() {
        var running = process;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
    }

    /** SIGTERM. @return whether it ended in time; if not it is killed */
    boolean stop(Duration longest) {
        Process running;
        synchronized (this) {
            running = process;
            if (running == null) {
                return true;
            }
            running.destroy();
        }
        try {
            if (running.waitFor(longest)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        kill();
        return false;
    }

    synchronized void freeze() {
        signal("STOP");
    }

    synchronized void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        var running = process;
        if (running == null) {
            return;
        }
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(running.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts it again for as long as it ends by itself: without a database it cannot begin. */
    public void awaitReady() {
        Waiting.until("replica " + number + " is ready, see " + log, START_WAIT, () -> {
            if (!isAlive()) {
                start();
            }
            return isReady();
        });
    }

    /** @throws IllegalStateException if it was never started */
    public synchronized long pid() {
        if (process == null) {
            throw new IllegalStateException("replica " + number + " was never started");
        }
        return process.pid();
    }

    /** Has the JVM do what {@code jcmd} asks it for. */
    public void diagnose(String... command) {
        var line = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid())));
        line.addAll(List.of(command));
        try {
            var status = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join()
                    .exitValue();
            if (status != 0) {
                throw new IllegalStateException(line + " ended with " + status);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    boolean isReady() {
        var probe = HttpRequest.newBuilder(managementUrl("/actuator/health/readiness"))
                .timeout(PROBE_TIMEOUT)
                .build();
        try {
            return probes.send(probe, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Whether this process has a connection with that port at its end; false where the system does not tell. */
    synchronized boolean owns(int localPort) {
        var running = process;
        if (running == null) {
            return false;
        }
        var directory = Path.of("/proc", Long.toString(running.pid()));
        try (var descriptors = Files.list(directory.resolve("fd"))) {
            var sockets = Stream.of("net/tcp", "net/tcp6")
                    .flatMap(table -> lines(directory.resolve(table)))
                    .map(line -> SPACES.split(line.strip()))
                    .filter(columns -> columns.length > 9 && columns[1].endsWith(hexadecimal(localPort)))
                    .map(columns -> "socket:[" + columns[9] + "]")
                    .toList();
            return descriptors.map(Replica::target).anyMatch(sockets::contains);
        } catch (IOException | UncheckedIOException unknown) {
            return false;
        }
    }

    private static String hexadecimal(int port) {
        return String.format(Locale.ROOT, ":%04X", port);
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException unknown) {
            return Stream.of();
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    @Override
    public void close() {
        kill();
        probes.shutdownNow();
    }
}
