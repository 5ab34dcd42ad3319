package io.klinggateway.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.springframework.util.FileSystemUtils;

/**
 * An embedded PostgreSQL whose data outlives the JVM. The directory holds {@code data}, a {@code lock} that this JVM
 * keeps while it lives, and {@code complete}, written when the first start succeeded: data without it is the remainder
 * of a first start that was killed, and is thrown away.
 */
final class KeptServer {

    private static final Duration START_WAIT = Duration.ofSeconds(60);
    private static final Duration CLIENTS_WAIT = Duration.ofSeconds(35); // longer than a graceful shutdown
    private static final Duration STOP_WAIT = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofMillis(50);

    private static final Queue<FileChannel> LOCKED = new ConcurrentLinkedQueue<>();

    private final Path directory;
    private final Path data;

    private KeptServer(Path directory) {
        this.directory = directory.toAbsolutePath().normalize();
        this.data = this.directory.resolve("data");
    }

    static TestServer start(Path directory) {
        try {
            return new KeptServer(directory).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the embedded PostgreSQL in " + directory, e);
        }
    }

    private TestServer start() throws IOException {
        Files.createDirectories(directory);
        lock();
        stopOrphan();
        var complete = directory.resolve("complete");
        if (Files.notExists(complete)) {
            FileSystemUtils.deleteRecursively(data);
        }
        var postgres = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setPGStartupWait(START_WAIT)
                .setRegisterShutdownHook(false)
                .start();
        var server = TestServer.of(postgres);
        server.stopWithJvm(() -> TestServer.close(postgres), CLIENTS_WAIT);
        Files.writeString(complete, "");
        return server;
    }

    /** The operating system frees the lock when this JVM ends, however it ends. */
    @SuppressWarnings("resource") // kept reachable: a collected channel loses its lock
    private void lock() throws IOException {
        var channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                LOCKED.add(channel);
                return;
            }
        } catch (OverlappingFileLockException heldByThisJvm) {
            // the same sentence serves
        }
        channel.close();
        throw new IllegalStateException("Another running process uses the database in " + directory
                + ". Stop that process, or start from another folder.");
    }

    /** We hold the lock, so a postmaster still working on the data has lost its JVM. */
    private void stopOrphan() throws IOException {
        var postmaster = recordedProcess();
        if (postmaster.isPresent() && isOurs(postmaster.get())) {
            stop(postmaster.get());
        } else if (postmaster.isPresent()) {
            // The number belongs to a stranger by now; PostgreSQL would take it for a living postmaster.
            Files.delete(pidFile());
        }
        await(this::noProcessWorksInData);
    }

    private Optional<ProcessHandle> recordedProcess() throws IOException {
        try {
            var lines = Files.readAllLines(pidFile());
            return lines.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()));
        } catch (NoSuchFileException cleanlyStopped) {
            return Optional.empty();
        }
    }

    private boolean isOurs(ProcessHandle process) {
        return process.info()
                .commandLine()
                .map(line -> line.contains(data.toString()))
                .orElseGet(() -> process.info().command().orElse("").contains("postgres"));
    }

    /** SIGINT asks for PostgreSQL's fast shutdown; Java itself can only send SIGTERM, which waits for the clients. */
    private void stop(ProcessHandle postmaster) {
        try {
            new ProcessBuilder("kill", "-INT", Long.toString(postmaster.pid())).start();
        } catch (IOException noSuchCommand) {
            postmaster.destroyForcibly();
        }
        if (!await(() -> Files.notExists(pidFile()) || !postmaster.isAlive())) {
            postmaster.destroyForcibly();
        }
    }

    /** Where there is a /proc: backends of a killed postmaster take a moment to notice, and bar a new one. */
    private boolean noProcessWorksInData() {
        return ProcessHandle.allProcesses().noneMatch(this::worksInData);
    }

    private boolean worksInData(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .equals(data);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    private static boolean await(BooleanSupplier condition) {
        var end = System.nanoTime() + STOP_WAIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    private Path pidFile() {
        return data.resolve("postmaster.pid");
    }
}
