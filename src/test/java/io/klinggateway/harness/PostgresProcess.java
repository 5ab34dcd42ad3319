package io.klinggateway.harness;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** A PostgreSQL server that may be killed at any instruction, and started again on what it left on the disk. */
public final class PostgresProcess implements AutoCloseable {

    public static final String USERNAME = "postgres";
    public static final String PASSWORD = "postgres";
    public static final String DATABASE = "gateway";
    private static final Duration START_WAIT = Duration.ofSeconds(60);
    private static final Duration DEATH_WAIT = Duration.ofSeconds(20);

    private final Path data;
    private final Map<String, String> settings;
    private final int port = Ports.free();
    private EmbeddedPostgres server;

    PostgresProcess(Path directory) throws SQLException {
        this(directory, Map.of());
    }

    /** @param settings of the server, beside those that make it durable */
    public PostgresProcess(Path directory, Map<String, String> settings) throws SQLException {
        this(settings, directory.resolve("postgres").toAbsolutePath());
        try (var connection = server.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + DATABASE);
        }
    }

    private PostgresProcess(Map<String, String> settings, Path data) {
        this.data = data;
        this.settings = settings;
        this.server = start();
    }

    /** A server on a backup. */
    static PostgresProcess restored(Path backup) {
        return new PostgresProcess(Map.of(), backup);
    }

    /** Copies the files of the running server, and the WAL that makes them one state: what a base backup is. */
    void backUp(Path backup) throws SQLException, IOException {
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('drill', true)");
            copy(backup, file -> !file.startsWith("pg_wal") && !file.toString().equals("postmaster.pid"));
            try (var label = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                label.next();
                Files.writeString(backup.resolve("backup_label"), label.getString(1));
            }
            copy(backup, file -> file.startsWith("pg_wal"));
        }
    }

    private void copy(Path backup, Predicate<Path> wanted) throws IOException {
        try (var files = Files.walk(data)) {
            for (var file : (Iterable<Path>) files::iterator) {
                var name = data.relativize(file);
                try {
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(backup.resolve(name));
                        Files.setPosixFilePermissions(
                                backup.resolve(name), PosixFilePermissions.fromString("rwx------"));
                    } else if (wanted.test(name)) {
                        Files.copy(file, backup.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
                    }
                } catch (NoSuchFileException removedMeanwhile) {
                    // The WAL tells what became of it.
                }
            }
        } catch (UncheckedIOException removedMeanwhile) {
            throw removedMeanwhile.getCause();
        }
    }

    private EmbeddedPostgres start() {
        try {
            var builder = EmbeddedPostgres.builder();
            settings.forEach(builder::setServerConfig);
            return builder.setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .setServerConfig("fsync", "on")
                    .setServerConfig("full_page_writes", "on")
                    .setServerConfig("synchronous_commit", "on")
                    .setPGStartupWait(START_WAIT)
                    .setRegisterShutdownHook(false)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start PostgreSQL in " + data, e);
        }
    }

    int port() {
        return port;
    }

    /** The URL as seen through a proxy on that port. Statements go by their text, so that a proxy can tell them apart. */
    static String urlThrough(int proxyPort, Duration socketTimeout, String client) {
        return "jdbc:postgresql://127.0.0.1:%d/%s?prepareThreshold=0&socketTimeout=%d&ApplicationName=%s"
                .formatted(proxyPort, DATABASE, socketTimeout.toSeconds(), client);
    }

    /** Straight to the server. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** Straight to the server, past all proxies. */
    Connection connect() throws SQLException {
        var properties = new Properties();
        properties.put("user", USERNAME);
        properties.put("password", PASSWORD);
        properties.put("connectTimeout", "2");
        properties.put("socketTimeout", "20");
        return DriverManager.getConnection(url(DATABASE), properties);
    }

    /** Ends every process of the server at once, as a power failure would. */
    synchronized void kill() {
        processes().forEach(ProcessHandle::destroyForcibly);
        Waiting.until("PostgreSQL is dead", DEATH_WAIT, () -> {
            var left = processes();
            left.forEach(ProcessHandle::destroyForcibly);
            return left.isEmpty();
        });
    }

    synchronized void restart() {
        releaseLock();
        server = start();
    }

    /** The library keeps a lock on the directory for a server that it takes to be alive. */
    private void releaseLock() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With the orphans of a dead postmaster, where there is a /proc to find them in: they would bar its successor. */
    private List<ProcessHandle> processes() {
        var postmaster = postmaster();
        return Stream.of(
                        postmaster.stream(),
                        postmaster.stream().flatMap(ProcessHandle::descendants),
                        ProcessHandle.allProcesses().filter(this::worksInData))
                .flatMap(processes -> processes)
                .filter(ProcessHandle::isAlive)
                .toList();
    }

    private boolean worksInData(ProcessHandle process) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd"))
                    .equals(data);
        } catch (IOException | UnsupportedOperationException unknown) {
            return false;
        }
    }

    /** The process that all others of the server descend from. */
    public ProcessHandle process() {
        return postmaster().getFirst();
    }

    private List<ProcessHandle> postmaster() {
        try {
            var file = data.resolve("postmaster.pid");
            return Files.notExists(file)
                    ? List.of()
                    : ProcessHandle.of(Long.parseLong(
                                    Files.readAllLines(file).getFirst().strip()))
                            .stream()
                            .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() {
        releaseLock();
    }
}
