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

/** The stub of the vendor in a process of its own. */
final class VendorProcess implements AutoCloseable {

    private static final Duration START_WAIT = Duration.ofSeconds(30);

    private final int port = Ports.free();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;

    VendorProcess(Path directory) {
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
                            Integer.toString(port))
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("vendor.log").toFile())
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

    /** How often the gateway called. */
    record Calls(int submissions, int lists, int reads) {

        int sinceForStatus(Calls before) {
            return lists + reads - before.lists - before.reads;
        }
    }

    Calls calls() {
        return send(HttpRequest.newBuilder(url().resolve("/stub")));
    }

    /** From now on a new job takes that long. */
    void jobsTake(Duration duration) {
        set("jobMillis=" + duration.toMillis());
    }

    void completeAll() {
        set("completeAll=true");
    }

    private void set(String query) {
        send(HttpRequest.newBuilder(url().resolve("/stub?" + query)).PUT(HttpRequest.BodyPublishers.noBody()));
    }

    private Calls send(HttpRequest.Builder request) {
        try {
            String[] counts = client.send(request.build(), HttpResponse.BodyHandlers.ofString())
                    .body()
                    .split(" ", -1);
            return new Calls(Integer.parseInt(counts[0]), Integer.parseInt(counts[1]), Integer.parseInt(counts[2]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private boolean isListening() {
        try {
            return calls().submissions() >= 0;
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
