package io.klinggateway.simulator;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A simulated apiframe on a port of this machine. {@link #start} it once, {@link #close} it when done. */
public final class SimulatedApiframe implements AutoCloseable {

    public static final int DEFAULT_PORT = 8099;
    public static final String DEFAULT_API_KEY = "afk_simulated";

    private static final int BACKLOG = 1024;

    static {
        // Without it, every answer on a kept connection waits for a delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final SimulatedVendor vendor;
    private final HttpServer server;
    private final ExecutorService requestThreads = Executors.newVirtualThreadPerTaskExecutor();
    private final VendorApi api;
    private final VendorWebhooks webhooks;

    private SimulatedApiframe(Builder settings, HttpServer server, SimulatedVendor vendor, JsonMapper json) {
        this.server = server;
        this.vendor = vendor;
        var keys = new ApiKeys(settings.apiKeys, settings.inactiveApiKeys, settings.anotherUsersApiKeys);
        var publicUrl = settings.publicUrl == null ? baseUrl() : settings.publicUrl;
        var view = new JobView(vendor, json, publicUrl, settings.filesKept);
        this.webhooks = new VendorWebhooks(vendor, keys, view, json);
        this.api = new VendorApi(vendor, keys, view, new UploadedFiles(publicUrl), json, webhooks::follow);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Runs until it is killed, on every network interface, so that it can also stand in a container. */
    public static void main(String[] args) {
        var environment = System.getenv();
        var data = environment.get("SIMULATOR_DATA");
        var publicUrl = environment.get("SIMULATOR_PUBLIC_URL");
        var settings = builder()
                .port(Integer.parseInt(environment.getOrDefault("SIMULATOR_PORT", String.valueOf(DEFAULT_PORT))))
                .apiKeys(environment.getOrDefault("SIMULATOR_API_KEY", DEFAULT_API_KEY))
                .onEveryInterface();
        if (data != null) {
            settings.dataDirectory(Path.of(data));
        }
        if (publicUrl != null) {
            settings.publicUrl(publicUrl);
        }
        var simulator = settings.build().start();
        Runtime.getRuntime().addShutdownHook(new Thread(simulator::close));
        System.out.println("Simulated apiframe listens on " + simulator.baseUrl());
    }

    public SimulatedApiframe start() {
        server.setExecutor(requestThreads);
        server.createContext("/", api);
        server.start();
        webhooks.resume();
        return this;
    }

    /** Where this machine reaches it, without a slash at the end. */
    public String baseUrl() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** The truth about jobs and credits. */
    public SimulatedVendor vendor() {
        return vendor;
    }

    /** Requests that came for an operation since this object was built, refused ones included. */
    public long requests(Operation operation) {
        return api.requests(operation);
    }

    @Override
    public void close() {
        server.stop(0);
        requestThreads.shutdownNow();
        webhooks.close();
        vendor.close();
    }

    /** Settings of a simulator; each has a default that suits a local run, but for the data, which is not kept. */
    public static final class Builder {

        private int port = DEFAULT_PORT;
        private @Nullable InetAddress address = InetAddress.getLoopbackAddress();
        private @Nullable Path dataDirectory;
        private @Nullable String publicUrl;
        private List<String> apiKeys = List.of(DEFAULT_API_KEY);
        private List<String> inactiveApiKeys = List.of();
        private List<String> anotherUsersApiKeys = List.of();
        private Duration queuedFor = Duration.ofSeconds(1);
        private Duration processingFor = Duration.ofSeconds(2);
        private Duration filesKept = Duration.ofDays(7);
        private long startingCredits = 1_000_000;
        private Clock clock = Clock.systemUTC();

        private Builder() {}

        /** Listens on this port, 0 for any free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** Listens on all network interfaces, not only on the loopback one. */
        public Builder onEveryInterface() {
            this.address = null;
            return this;
        }

        /** Keeps the state there, for restarts. */
        public Builder dataDirectory(Path dataDirectory) {
            this.dataDirectory = dataDirectory;
            return this;
        }

        /** What the links to pictures begin with, if others reach the simulator by another name. */
        public Builder publicUrl(String publicUrl) {
            this.publicUrl = publicUrl;
            return this;
        }

        public Builder apiKeys(String... apiKeys) {
            this.apiKeys = List.of(apiKeys);
            return this;
        }

        public Builder inactiveApiKeys(String... inactiveApiKeys) {
            this.inactiveApiKeys = List.of(inactiveApiKeys);
            return this;
        }

        /** Of the same account; this user's jobs and the others' are invisible to each other. */
        public Builder anotherUsersApiKeys(String... anotherUsersApiKeys) {
            this.anotherUsersApiKeys = List.of(anotherUsersApiKeys);
            return this;
        }

        public Builder queuedFor(Duration queuedFor) {
            this.queuedFor = queuedFor;
            return this;
        }

        public Builder processingFor(Duration processingFor) {
            this.processingFor = processingFor;
            return this;
        }

        public Builder filesKept(Duration filesKept) {
            this.filesKept = filesKept;
            return this;
        }

        public Builder startingCredits(long startingCredits) {
            this.startingCredits = startingCredits;
            return this;
        }

        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Takes the port and the data directory, and answers from {@link SimulatedApiframe#start} on.
         *
         * @throws IllegalStateException if one of them is in use
         */
        public SimulatedApiframe build() {
            var json = JsonMapper.builder()
                    .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .build();
            var server = bound();
            try {
                var vendor = new SimulatedVendor(dataDirectory, clock, startingCredits, queuedFor, processingFor, json);
                return new SimulatedApiframe(this, server, vendor, json);
            } catch (RuntimeException e) {
                server.stop(0);
                throw e;
            }
        }

        private HttpServer bound() {
            try {
                return HttpServer.create(new InetSocketAddress(address, port), BACKLOG);
            } catch (BindException e) {
                throw new IllegalStateException(
                        "Port " + port + ", where the simulated apiframe belongs, is in use. Stop what listens there.",
                        e);
            } catch (IOException e) {
                throw new IllegalStateException("Cannot listen on port " + port, e);
            }
        }
    }
}
