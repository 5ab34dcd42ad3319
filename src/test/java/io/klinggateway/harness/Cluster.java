package io.klinggateway.harness;

import io.klinggateway.simulator.SimulatedApiframe;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All processes of a run and the lines between them. */
final class Cluster implements AutoCloseable {

    static final Duration LEASE = Duration.ofSeconds(8);
    static final Duration SUBMISSION_DEADLINE = Duration.ofSeconds(6);
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration QUEUED = Duration.ofMillis(200);
    private static final Duration PROCESSING = Duration.ofMillis(800);

    private final PostgresProcess postgres;
    private final FaultyVendor vendor;
    private final FaultProxy vendorLine;
    private final List<FaultProxy> databaseLines = new ArrayList<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final Postman postman;

    private Cluster(long seed, Path directory, List<String> command, Map<String, String> additional, History history)
            throws SQLException {
        postgres = new PostgresProcess(directory);
        vendor = new FaultyVendor(QUEUED, PROCESSING, history);
        vendorLine = new FaultProxy(vendor.port());
        postman = new Postman(seed, replicas, history);
        for (var number = 0; number < 2; number++) {
            var line = new FaultProxy(postgres.port());
            databaseLines.add(line);
            var environment = environment(line);
            environment.putAll(additional);
            replicas.add(new Replica(number, command, environment, directory));
        }
    }

    /** Starts the first replica alone, which migrates the database, then {@code migrated}, then the second. */
    static Cluster start(ProofSettings settings, History history, ThrowingConsumer<PostgresProcess> migrated)
            throws SQLException {
        var bug = settings.bug();
        var cluster = new Cluster(
                settings.seed(),
                settings.directory(),
                bug.isPresent() ? GatewayCommand.ofClassPath() : GatewayCommand.ofJar(),
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
    private Map<String, String> environment(FaultProxy databaseLine) {
        var environment = new HashMap<String, String>();
        environment.put("APIFRAME_API_KEY", SimulatedApiframe.DEFAULT_API_KEY);
        environment.put("APIFRAME_BASE_URL", "http://127.0.0.1:" + vendorLine.port());
        environment.put("APIFRAME_CONNECTTIMEOUT", "1s");
        environment.put("APIFRAME_RESPONSETIMEOUT", "2s");
        environment.put("APIFRAME_REQUESTSPERMINUTE", "60000");
        environment.put("SPRING_DATASOURCE_URL", PostgresProcess.urlThrough(databaseLine.port(), SOCKET_TIMEOUT));
        environment.put("SPRING_DATASOURCE_USERNAME", PostgresProcess.USERNAME);
        environment.put("SPRING_DATASOURCE_PASSWORD", PostgresProcess.PASSWORD);
        environment.put("SPRING_DATASOURCE_HIKARI_CONNECTIONTIMEOUT", "1500");
        environment.put("SPRING_DATASOURCE_HIKARI_MAXIMUMPOOLSIZE", "10");
        environment.put("GATEWAY_GENERATION_SUBMISSIONDEADLINE", SUBMISSION_DEADLINE.toSeconds() + "s");
        environment.put("GATEWAY_GENERATION_LEASE", LEASE.toSeconds() + "s");
        environment.put("GATEWAY_GENERATION_TRACKINGINTERVAL", "500ms");
        environment.put("GATEWAY_GENERATION_RESUBMISSIONCAP", "4s");
        environment.put("GATEWAY_PUBLICURL", postman.url());
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

    Postman postman() {
        return postman;
    }

    List<Replica> replicas() {
        return replicas;
    }

    FaultProxy databaseLine(int replica) {
        return databaseLines.get(replica);
    }

    FaultProxy line(Step.Line line) {
        return switch (line) {
            case VENDOR -> vendorLine;
            case DATABASE_OF_FIRST -> databaseLines.getFirst();
            case DATABASE_OF_SECOND -> databaseLines.getLast();
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
        vendorLine.close();
        databaseLines.forEach(FaultProxy::close);
        vendor.close();
        postman.close();
        postgres.close();
    }
}
