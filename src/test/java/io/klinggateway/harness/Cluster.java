package io.klinggateway.harness;

import io.klinggateway.simulator.SimulatedApiframe;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** All processes of a run and the lines between them. */
final class Cluster implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(8);
    static final Duration SUBMISSION_DEADLINE = Duration.ofSeconds(6);
    static final int CALLS_PER_MINUTE = 300;
    static final Duration PROBE_PAUSE = Duration.ofSeconds(2);
    private static final int ALWAYS_THERE = 2;
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration QUEUED = Duration.ofMillis(200);
    private static final Duration PROCESSING = Duration.ofMillis(800);

    private final PostgresProcess postgres;
    private final FaultyVendor vendor;
    private final FaultProxy vendorLine;
    private final List<FaultProxy> databaseLines = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final Replica visitor;
    private final AtomicBoolean visited = new AtomicBoolean();
    private final Postman postman;
    private final Path pictures;

    private Cluster(long seed, Path directory, List<String> command, Map<String, String> additional, History history)
            throws SQLException {
        postgres = new PostgresProcess(directory);
        pictures = directory.resolve("pictures");
        vendor = new FaultyVendor(CALLS_PER_MINUTE, QUEUED, PROCESSING, history);
        vendorLine = new FaultProxy(vendor.port());
        postman = new Postman(seed, replicas, history);
        for (var number = 0; number < ALWAYS_THERE; number++) {
            replicas.add(replica(number, directory, command, additional));
        }
        visitor = replica(ALWAYS_THERE, directory, command, additional);
    }

    private Replica replica(int number, Path directory, List<String> command, Map<String, String> additional) {
        var line = new FaultProxy(postgres.port());
        databaseLines.add(line);
        var environment = environment(line, number);
        environment.putAll(additional);
        return new Replica(number, command, environment, directory);
    }

    /** Starts the first replica alone, which migrates the database, then {@code migrated}, then the second. */
    static Cluster start(ProofSettings settings, History history, ThrowingConsumer<PostgresProcess> migrated)
            throws SQLException {
        var bug = settings.bug();
        var cluster = new Cluster(
                settings.seed(),
                settings.directory(),
                bug.filter(PlantedBug::isInProcess).isPresent() ? GatewayCommand.ofClassPath() : GatewayCommand.ofJar(),
                bug.map(PlantedBug::environment).orElse(Map.of()),
                history);
        try {
            var first = cluster.replicas.getFirst();
            first.start();
            first.awaitReady();
            migrated.accept(cluster.postgres);
            var second = cluster.replicas.getLast();
            second.start();
            second.awaitReady();
            return cluster;
        } catch (SQLException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** What may be done to a database. */
    interface ThrowingConsumer<T> {
        void accept(T value) throws SQLException;
    }

    /** As an operator would set it, with shorter times, so that a run sees many leases and deadlines pass. */
    private Map<String, String> environment(FaultProxy databaseLine, int number) {
        var environment = new HashMap<String, String>();
        environment.put("APIFRAME_API_KEY", SimulatedApiframe.DEFAULT_API_KEY);
        environment.put("APIFRAME_BASE_URL", "http://127.0.0.1:" + vendorLine.port());
        environment.put("APIFRAME_CONNECTTIMEOUT", "1s");
        environment.put("APIFRAME_RESPONSETIMEOUT", "2s");
        environment.put("APIFRAME_REQUESTSPERMINUTE", Integer.toString(CALLS_PER_MINUTE));
        environment.put(
                "SPRING_DATASOURCE_URL",
                PostgresProcess.urlThrough(databaseLine.port(), SOCKET_TIMEOUT, "replica-" + number));
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresProcess.USERNAME);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresProcess.PASSWORD);
        environment.put("SPRING_DATASOURCE_HIKARI_CONNECTIONTIMEOUT", "1500");
        environment.put("SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE", "10");
        environment.put("GATEWAY_QUEUE_ATTEMPTDEADLINE", SUBMISSION_DEADLINE.toSeconds() + "s");
        environment.put("GATEWAY_QUEUE_LEASE", LEASE.toSeconds() + "s");
        environment.put("GATEWAY_QUEUE_LONGESTPAUSE", "4s");
        environment.put("GATEWAY_QUEUE_PROBEINTERVAL", PROBE_PAUSE.toSeconds() + "s");
        environment.put("GATEWAY_TRACKING_INTERVAL", "500ms");
        environment.put("GATEWAY_TRACKING_SAFETYINTERVAL", "4s");
        environment.put("GATEWAY_TRACKING_LEASE", "5s");
        environment.put("GATEWAY_PUBLICURL", postman.url());
        environment.put("GATEWAY_PICTURES_STORE", "directory");
        environment.put("GATEWAY_PICTURES_DIRECTORY", pictures.toString());
        environment.put("GATEWAY_PICTURES_HOSTS", "localhost");
        environment.put("GATEWAY_PICTURES_TIMEOUT", "4s");
        environment.put("GATEWAY_PICTURES_SIGNINGSECRET", "signs-the-urls-of-pictures-in-the-proof");
        for (var index = 0; index < Team.ALL.size(); index++) {
            environment.putAll(Team.ALL.get(index).environment(index));
        }
        return environment;
    }

    PostgresProcess postgres() {
        return postgres;
    }

    FaultyVendor vendor() {
        return vendor;
    }

    /** What all replicas keep of completed generations. */
    Path pictures() {
        return pictures;
    }

    Postman postman() {
        return postman;
    }

    /** Those that are there from beginning to end, but for their faults. */
    List<Replica> replicas() {
        return replicas;
    }

    /** A third one that comes and goes. */
    Replica visitor() {
        return visitor;
    }

    /** While it is, callers go there too. */
    void visited(boolean is) {
        visited.set(is);
    }

    /** Where callers go: one after the other, beginning anywhere. */
    Replica reachable(int turn) {
        var number = turn % (visited.get() ? ALWAYS_THERE + 1 : ALWAYS_THERE);
        return number < ALWAYS_THERE ? replicas.get(number) : visitor;
    }

    /** When each call to the vendor was made, by whichever replica. */
    List<Instant> callsMade() {
        return vendorLine.requests();
    }

    FaultProxy databaseLine(int replica) {
        return databaseLines.get(replica);
    }

    FaultProxy line(Step.Line line) {
        return switch (line) {
            case VENDOR -> vendorLine;
            case DATABASE_OF_FIRST -> databaseLines.getFirst();
            case DATABASE_OF_SECOND -> databaseLines.get(1);
        };
    }

    /** The replica behind a connection that the vendor sees. */
    Optional<Replica> senderOf(int portSeenByVendor) {
        var clientPort = vendorLine.clientPort(portSeenByVendor);
        return clientPort.isEmpty()
                ? Optional.empty()
                : replicas.stream()
                        .filter(replica -> replica.owns(clientPort.getAsInt()))
                        .findAny();
    }

    @Override
    public void close() {
        replicas.forEach(Replica::close);
        visitor.close();
        vendorLine.close();
        databaseLines.forEach(FaultProxy::close);
        vendor.close();
        postman.close();
        postgres.close();
    }
}
