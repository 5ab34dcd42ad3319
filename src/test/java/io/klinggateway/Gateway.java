package io.klinggateway;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.containing;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.klinggateway.VendorInitializer.VendorClock;
import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The running gateway as the world meets it, and the truth behind it: its database and its vendor. */
public final class Gateway {

    public static final String FOX = "{\"prompt\": \"a fox\", \"model\": \"kling-image\"}";

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final Environment environment;
    private final Tenants tenants;
    private final JdbcClient database;
    private final SimulatedApiframe apiframe;
    private final WireMockServer door;
    private final VendorClock vendorClock;

    Gateway(
            Environment environment,
            Tenants tenants,
            JdbcClient database,
            SimulatedApiframe apiframe,
            WireMockServer door,
            VendorClock vendorClock) {
        this.environment = environment;
        this.tenants = tenants;
        this.database = database;
        this.apiframe = apiframe;
        this.door = door;
        this.vendorClock = vendorClock;
        openDoor();
    }

    public int port() {
        return environment.getRequiredProperty("local.server.port", Integer.class);
    }

    public int managementPort() {
        return environment.getRequiredProperty("local.management.port", Integer.class);
    }

    public JdbcClient database() {
        return database;
    }

    public SimulatedApiframe apiframe() {
        return apiframe;
    }

    /** Between the gateway and the vendor: stubs made here come before the vendor, until {@link #openDoor}. */
    public WireMockServer door() {
        return door;
    }

    public void openDoor() {
        door.resetMappings();
        door.stubFor(any(anyUrl()).atPriority(10).willReturn(aResponse().proxiedFrom(apiframe.baseUrl())));
    }

    /** Lets every job reach its end at the vendor, once the vendor has it. */
    public void finishVendorJobs() {
        await().atMost(PATIENCE)
                .until(() -> database.sql("select count(*) from generation where state in ('WAITING', 'SENDING')")
                                .query(Long.class)
                                .single()
                        == 0);
        vendorClock.clock().advance(Duration.ofSeconds(4));
    }

    /** How many generations whose request contains the text were sent to the vendor, each once or more under its key. */
    public long sentWith(String text) {
        return door
                .findAll(postRequestedFor(urlEqualTo("/v2/images/generate")).withRequestBody(containing(text)))
                .stream()
                .map(request -> request.getHeader("Idempotency-Key"))
                .distinct()
                .count();
    }

    public Client newTenant(long credits) {
        return newTenant(new Budget(
                ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.TOTAL, 1, new Credits(credits), null))));
    }

    public Client newTenant(PeriodKind period, long credits) {
        return newTenant(
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(period, 1, new Credits(credits), null))));
    }

    private Client newTenant(Budget budget) {
        var name = "t-" + UUID.randomUUID();
        var tenant = tenants.register(name, budget);
        var key = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(tenant, "first", Sha256.hex(key));
        return new Client(key, tenant);
    }

    /** Somebody without a key. */
    public Client stranger() {
        return new Client(null, null);
    }

    public Client withKey(String key) {
        return new Client(key, null);
    }

    /** Lets the calls start as nearly at once as threads can. */
    public static List<Answer> race(int callers, Supplier<Answer> call) {
        var start = new CountDownLatch(callers);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> calls = IntStream.range(0, callers)
                    .mapToObj(_ -> threads.submit(() -> {
                        start.countDown();
                        start.await();
                        return call.get();
                    }))
                    .toList();
            List<Answer> answers = new ArrayList<>();
            for (var each : calls) {
                answers.add(each.get());
            }
            return answers;
        } catch (ExecutionException failure) {
            throw new AssertionError(failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    /** A caller over real HTTP. */
    public final class Client {

        private final @Nullable String key;
        private final @Nullable Tenant tenant;
        private final io.klinggateway.running.Client http;

        private Client(@Nullable String key, @Nullable Tenant tenant) {
            this.key = key;
            this.tenant = tenant;
            this.http = new io.klinggateway.running.Client(port(), key);
        }

        public String key() {
            assertThat(key).isNotNull();
            return String.valueOf(key);
        }

        public Tenant tenant() {
            if (tenant == null) {
                throw new IllegalStateException("nobody's client");
            }
            return tenant;
        }

        public Answer get(String path, String... headers) {
            return http.get(path, headers);
        }

        /** Posts JSON to {@code /v2/images/generate}. */
        public Answer generate(String json, String... headers) {
            return generate(BodyPublishers.ofString(json), headers);
        }

        public Answer generate(BodyPublisher json, String... headers) {
            return http.post("/v2/images/generate", json, headers);
        }

        public Answer send(String method, String path, BodyPublisher body, String... headers) {
            return http.send(method, path, body, headers);
        }

        public UUID accepted(String json, String... headers) {
            return generate(json, headers).jobId();
        }

        public Answer job(UUID id) {
            return get("/v2/jobs/" + id);
        }

        public Answer awaitStatus(UUID id, String status) {
            return await().atMost(PATIENCE)
                    .until(() -> job(id), job -> job.text("status").equals(status));
        }

        public Books books() {
            var credits = get("/v2/credits").json();
            return new Books(
                    credits.get("ceiling").longValue(),
                    credits.get("held").longValue(),
                    credits.get("captured").longValue(),
                    credits.get("available").longValue());
        }

        /** Rows that the tenant has in a table. */
        public long rows(String table) {
            return database.sql("select count(*) from " + table + " where tenant_id = ?")
                    .param(tenant().id().value())
                    .query(Long.class)
                    .single();
        }
    }

    /** Something that listens beside the API, such as the management port. */
    public Answer getFrom(int port, String path) {
        return new io.klinggateway.running.Client(port, null).get(path);
    }

    /** What {@code /v2/credits} says. */
    public record Books(long ceiling, long held, long captured, long available) {}
}
