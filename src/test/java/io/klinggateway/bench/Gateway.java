package io.klinggateway.bench;

import io.klinggateway.harness.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The packaged jar, running.
 *
 * @param startedIn from the start of its process until it was ready
 */
record Gateway(Replica replica, Duration startedIn) implements AutoCloseable {

    private static final String ALLOCATED = "jvm_gc_memory_allocated_bytes_total";

    static Gateway start(int number, List<String> command, Map<String, String> environment, Path directory) {
        var replica = new Replica(number, command, environment, directory);
        long from = System.nanoTime();
        replica.start();
        try {
            replica.awaitReady();
        } catch (IllegalStateException notReady) {
            replica.close();
            throw notReady;
        }
        return new Gateway(replica, Duration.ofNanos(System.nanoTime() - from));
    }

    URI url() {
        return replica.url("");
    }

    long pid() {
        return replica.pid();
    }

    double residentMegabytes() {
        return Cpu.residentMegabytes(pid());
    }

    /** Exact: the young generation is emptied first, and only then does the meter know what went through it. */
    double allocatedBytes() {
        replica.diagnose("GC.run");
        var request = HttpRequest.newBuilder(replica.managementUrl("/actuator/prometheus"))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            return client.send(request, HttpResponse.BodyHandlers.ofLines())
                    .body()
                    .filter(line -> line.startsWith(ALLOCATED))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Until {@link #stopRecording}, which writes the file. */
    void startRecording(Path file) {
        replica.diagnose("JFR.start", "name=bench", "settings=profile", "filename=" + file);
    }

    void stopRecording() {
        replica.diagnose("JFR.stop", "name=bench");
    }

    @Override
    public void close() {
        replica.close();
    }
}
