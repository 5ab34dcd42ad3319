package io.klinggateway.database;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** A running PostgreSQL server, addressed as host and port, with the account of its superuser. */
record TestServer(String address, String username, String password) {

    /** The major version that is asked for, which the build sets. */
    static final int VERSION = Integer.getInteger("test.postgres", 18);

    private static final String IMAGE = "postgres:" + VERSION;
    private static final String REAPER_IMAGE = "testcontainers/ryuk";
    private static final String MAX_CONNECTIONS = "600";
    private static final long DOCKER_ANSWER_SECONDS = 3;
    private static final Duration CLIENTS_WAIT = Duration.ofSeconds(5);
    private static final Duration CLIENTS_POLL = Duration.ofMillis(50);

    private static @Nullable TestServer shared;
    private static @Nullable TestDatabase migrated;

    static synchronized TestServer shared() {
        if (shared == null) {
            shared = dockerWanted() ? inDocker() : embedded();
        }
        return shared;
    }

    /** The embedded servers trust every local connection; the password only keeps settings from being empty. */
    static TestServer of(EmbeddedPostgres postgres) {
        return new TestServer("localhost:" + postgres.getPort(), "postgres", "postgres");
    }

    TestDatabase create(String name) {
        maintenance().execute("create database " + name);
        return database(name);
    }

    TestDatabase copyOfMigrated(String name) {
        synchronized (TestServer.class) {
            if (migrated == null) {
                maintenance().execute("drop database if exists migrated"); // by an attempt that failed
                TestDatabase made = create("migrated");
                Flyway.configure().dataSource(made.dataSource()).load().migrate();
                maintenance().execute("alter database " + made.name() + " allow_connections false");
                migrated = made;
            }
        }
        maintenance().execute("create database " + name + " template " + migrated.name());
        return database(name);
    }

    TestDatabase copy(TestDatabase source, String name) {
        maintenance().execute("alter database " + source.name() + " allow_connections false");
        try {
            maintenance()
                    .execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '"
                            + source.name() + "'");
            maintenance().execute("create database " + name + " template " + source.name());
        } finally {
            maintenance().execute("alter database " + source.name() + " allow_connections true");
        }
        return database(name);
    }

    TestDatabase createIfAbsent(String name) {
        return maintenance().exists(name) ? database(name) : create(name);
    }

    private TestDatabase maintenance() {
        return database("postgres");
    }

    private TestDatabase database(String name) {
        return new TestDatabase(name, "jdbc:postgresql://" + address + "/" + name, username, password);
    }

    private static boolean dockerWanted() {
        var wanted = System.getenv().getOrDefault("TEST_DATABASE", "auto").toLowerCase(Locale.ROOT);
        return switch (wanted) {
            case "docker" -> true;
            case "embedded" -> false;
            case "auto" -> dockerHasTheImages();
            default -> throw new IllegalStateException("TEST_DATABASE must be docker, embedded or auto, not " + wanted);
        };
    }

    /** Testcontainers itself would wait minutes for an absent engine, or for an image that cannot be pulled. */
    private static boolean dockerHasTheImages() {
        boolean reaperWanted = !Boolean.parseBoolean(System.getenv("TESTCONTAINERS_RYUK_DISABLED"));
        return dockerLists(IMAGE) && (!reaperWanted || dockerLists(REAPER_IMAGE));
    }

    private static boolean dockerLists(String image) {
        Process listing;
        try {
            listing = new ProcessBuilder("docker", "image", "ls", "--quiet", image)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException noDockerCommand) {
            return false;
        }
        try {
            return listing.waitFor(DOCKER_ANSWER_SECONDS, TimeUnit.SECONDS)
                    && listing.exitValue() == 0
                    && listing.getInputStream().readAllBytes().length > 0;
        } catch (IOException unreadable) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking Docker for " + image, e);
        } finally {
            listing.destroyForcibly();
        }
    }

    @SuppressWarnings("resource") // closed when the JVM ends
    private static TestServer inDocker() {
        var container = new PostgreSQLContainer(IMAGE)
                .withCommand("postgres", "-c", "max_connections=" + MAX_CONNECTIONS, "-c", "fsync=off");
        container.start();
        var server = new TestServer(
                container.getHost() + ":" + container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                container.getUsername(),
                container.getPassword());
        server.stopWithJvm(container::stop, CLIENTS_WAIT);
        return server;
    }

    /** No fsync, since the data dies with the JVM; commits stay synchronous, so that a killed server loses none. */
    private static TestServer embedded() {
        try {
            var postgres = EmbeddedPostgres.builder()
                    .setServerConfig("max_connections", MAX_CONNECTIONS)
                    .setServerConfig("synchronous_commit", "on")
                    .setRegisterShutdownHook(false)
                    .start();
            var server = of(postgres);
            server.stopWithJvm(() -> close(postgres), CLIENTS_WAIT);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the embedded PostgreSQL", e);
        }
    }

    /** The applications of this JVM close at the same time, and their last commits must find the server. */
    void stopWithJvm(Runnable stop, Duration clientsWait) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                awaitClientsToLeave(clientsWait);
            } finally {
                stop.run();
            }
        }));
    }

    private void awaitClientsToLeave(Duration wait) {
        var end = System.nanoTime() + wait.toNanos();
        while (maintenance().hasOtherClients() && System.nanoTime() < end) {
            LockSupport.parkNanos(CLIENTS_POLL.toNanos());
        }
    }

    static void close(EmbeddedPostgres postgres) {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop the embedded PostgreSQL", e);
        }
    }
}
