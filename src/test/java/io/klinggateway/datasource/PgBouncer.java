package io.klinggateway.datasource;

import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real PgBouncer in transaction mode, from the command {@code pgbouncer} of this machine, in front of one database. */
final class PgBouncer implements AutoCloseable {

    /** Set to {@code required} where a missing PgBouncer is a failure and no reason to skip. */
    private static final String POLICY = "POOLER_TESTS";

    private static final Pattern ADDRESS = Pattern.compile("jdbc:postgresql://([^:/]+):(\\d+)/.*");

    private final Process process;
    private final String url;

    private PgBouncer(Process process, String url) {
        this.process = process;
        this.url = url;
    }

    /** @throws IllegalStateException if it is missing and required */
    static boolean isInstalled() {
        boolean found = command().isPresent();
        if (!found && "required".equals(System.getenv(POLICY))) {
            throw new IllegalStateException(
                    "There is no pgbouncer here, and " + POLICY + "=required; Debian: pgbouncer");
        }
        return found;
    }

    private static Optional<Path> command() {
        return Stream.of(
                        "/usr/sbin/pgbouncer",
                        "/usr/bin/pgbouncer",
                        "/usr/local/bin/pgbouncer",
                        "/opt/homebrew/bin/pgbouncer")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * As it comes, but for the mode.
     *
     * @param directory for its configuration and log
     * @param sessions how many it keeps with the server, for all its clients
     */
    static PgBouncer start(Path directory, TestDatabase database, int sessions) throws IOException {
        var address = ADDRESS.matcher(database.url());
        if (!address.matches()) {
            throw new IllegalArgumentException(database.url());
        }
        int port = Ports.free();
        // Root is refused, and whoever it becomes must read these.
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path users = Files.writeString(
                directory.resolve("users"), "\"%s\" \"%s\"%n".formatted(database.username(), database.password()));
        Path configuration = Files.writeString(directory.resolve("pgbouncer.ini"), """
                [databases]
                %s = host=%s port=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                default_pool_size = %d
                max_client_conn = 200
                """.formatted(
                        database.name(), address.group(1), address.group(2), port, users, sessions));
        List<String> line = new ArrayList<>(List.of(command().orElseThrow().toString(), configuration.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            line.addAll(1, List.of("-u", "nobody"));
        }
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                .start();
        await("PgBouncer listens").atMost(Duration.ofSeconds(20)).until(() -> listens(process, port));
        return new PgBouncer(process, "jdbc:postgresql://127.0.0.1:" + port + "/" + database.name());
    }

    private static boolean listens(Process process, int port) {
        if (!process.isAlive()) {
            throw new IllegalStateException("pgbouncer has ended with " + process.exitValue());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Of the database behind it, without parameters. */
    String url() {
        return url;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
