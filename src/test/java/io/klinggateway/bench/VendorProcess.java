package io.klinggateway.bench;

import io.klinggateway.harness.Ports;
import io.klinggateway.harness.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/** The stub of the vendor in a process of its own. */
final class VendorProcess implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(30);

    private final int port = Ports.free();
    private final int controlPort = Ports.free();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;

    VendorProcess(Path log) {
        try {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx1g",
                            "-XX:+UseSerialGC",
                            "-XX:-UsePerfData",
                            "-cp",
                            System.getProperty("java.class.path"),
                            StubVendor.class.getName(),
                            Integer.toString(port),
                            Integer.toString(controlPort))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Waiting.until("the stub of the vendor listens", START_WAIT, this::isListening);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    long pid() {
        return process.pid();
    }

    /**
     * How often the vendor was called.
     *
     * @param refused because there were too many; not counted by purpose
     * @param peak the most in any minute, refused ones too, since {@link #restartPeak}
     * @param jobs that there are
     */
    record Calls(int submissions, int lists, int reads, int others, int refused, int peak, int jobs) {

        Calls since(Calls before) {
            return new Calls(
                    submissions - before.submissions,
                    lists - before.lists,
                    reads - before.reads,
                    others - before.others,
                    refused - before.refused,
                    peak,
                    jobs - before.jobs);
        }

        int forStatus() {
            return lists + reads;
        }

        int all() {
            return submissions + lists + reads + others + refused;
        }
    }

    Calls calls() {
        return send(HttpRequest.newBuilder(control("")));
    }

    /** From now on a new job takes that long. */
    void jobsTake(Duration duration) {
        set("jobMillis=" + duration.toMillis());
    }

    void allow(int callsPerMinute) {
        set("perMinute=" + callsPerMinute);
    }

    void leave(StubVendor.Absence absence) {
        set("absence=" + absence);
    }

    void restartPeak() {
        set("peak=restart");
    }

    private void set(String query) {
        send(HttpRequest.newBuilder(control("?" + query)).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    private URI control(String query) {
        return URI.create("http://127.0.0.1:" + controlPort + "/" + query);
    }

    private Calls send(HttpRequest.Builder request) {
        try {
            int[] counts = Arrays.stream(client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                            .body()
                            .split(" ", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            return new Calls(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean isListening() {
        try {
            return calls().all() >= 0;
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
        client.shutdownNow();
    }
}
