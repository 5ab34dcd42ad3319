package io.klinggateway.picturestore;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real S3 server on this machine, that can be away: npm's s3rver, in a process of its own, which keeps its data in files.
 * It is installed below {@code target} when it is first wanted.
 */
final class LocalBucket implements AutoCloseable {

    static final String NAME = "pictures";

    /** The server's own, which it checks signatures with. */
    static final String ACCESS_KEY = "S3RVER";

    private static final String PACKAGE = "s3rver@3.7.1";
    private static final Path INSTALLED = Path.of("target", "s3rver").toAbsolutePath();
    private static final String LISTENS = "S3rver listening on 127.0.0.1:";

    private final Path data;
    private int port;
    private @Nullable Process server;

    LocalBucket() {
        try {
            this.data = Files.createTempDirectory("bucket");
            start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** @return false if there is no Node.js, or its packages cannot be had */
    static boolean isToBeHad() {
        try {
            return Files.exists(program())
                    || run("npm", "install", "--no-audit", "--no-fund", "--prefix", INSTALLED.toString(), PACKAGE) == 0;
        } catch (IOException missing) {
            return false;
        }
    }

    private static int run(String... command) throws IOException {
        Files.createDirectories(INSTALLED);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            return process.waitFor(120, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return -1;
        } finally {
            process.destroyForcibly();
        }
    }

    private static Path program() {
        return INSTALLED.resolve("node_modules/s3rver/bin/s3rver.js");
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    void away() {
        Process running = server;
        if (running != null) {
            running.destroyForcibly().onExit().join();
        }
        server = null;
    }

    /** On the port that it had before. */
    void start() throws IOException {
        Process started = new ProcessBuilder(List.of(
                        "node",
                        // Where a list is cut off, it says so in DES.
                        "--openssl-legacy-provider",
                        program().toString(),
                        "-d",
                        data.toString(),
                        "-a",
                        "127.0.0.1",
                        "-p",
                        Integer.toString(port),
                        "--configure-bucket",
                        NAME))
                .redirectErrorStream(true)
                .start();
        server = started;
        BufferedReader said =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(LISTENS)) {
                port = Integer.parseInt(line.substring(LISTENS.length()).strip());
                Thread.ofVirtual().start(() -> said.lines().forEach(_ -> {}));
                return;
            }
        }
        throw new IOException("the S3 server does not start");
    }

    @Override
    public void close() {
        away();
    }
}
