package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.klinggateway.credits.Credits;
import io.klinggateway.database.MigratedDatabaseInitializer;
import io.klinggateway.generation.AdmissionReceipt;
import io.klinggateway.generation.Labels;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The database does not take the vendor's answer: the tables are locked from right before it until after the deadline. */
@Tag("slow")
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.MOCK,
        properties = {
            "apiframe.api-key=afk_none",
            "gateway.queue.attempt-deadline=10s",
            "gateway.queue.lease=60s",
            "spring.datasource.hikari.connection-init-sql=set lock_timeout = '500ms'",
        })
@ContextConfiguration(initializers = MigratedDatabaseInitializer.class)
class LostRecordIT {

    private static final String JOB = UUID.randomUUID().toString();
    private static final HttpServer vendor = vendor();
    private static volatile Runnable beforeTheAnswer = () -> {};

    @Autowired
    private Submission submission;

    @Autowired
    private Tenants tenants;

    @Autowired
    private DataSource database;

    @Autowired
    private JdbcClient jdbc;

    @DynamicPropertySource
    static void vendorAddress(DynamicPropertyRegistry properties) {
        properties.add(
                "apiframe.base-url",
                () -> "http://localhost:" + vendor.getAddress().getPort());
    }

    @AfterAll
    static void stopVendor() {
        vendor.stop(0);
    }

    @Test
    void aJobThatTheVendorAcceptedIsNeverAnsweredWithAnError() throws SQLException {
        Tenant tenant = tenants.register(
                "patient",
                new Budget(ZoneId.of("UTC"), List.of(new BudgetWindow(PeriodKind.MONTH, 1, new Credits(10), null))));
        tenants.registerKey(tenant, "main", Sha256.hex("kg_patient"));
        KeyId key =
                new KeyId(jdbc.sql("select id from api_key").query(UUID.class).single());
        Caller caller = new Caller(tenant, key, "main", "kg_");
        var unwrapped = database.unwrap(com.zaxxer.hikari.HikariDataSource.class);
        var outside = new DriverManagerDataSource(
                unwrapped.getJdbcUrl(),
                String.valueOf(unwrapped.getUsername()),
                String.valueOf(unwrapped.getPassword()));
        try (Connection lock = outside.getConnection()) {
            lock.setAutoCommit(false);
            beforeTheAnswer = () -> {
                try (var statement = lock.createStatement()) {
                    statement.execute("lock table generation in access exclusive mode");
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            };

            AdmissionReceipt receipt = submission.submit(
                    caller,
                    new ImageRequest("a fox", ImageRequest.MODEL, null, null, null),
                    null,
                    Labels.NONE,
                    _ -> {});

            assertThat(receipt.status()).isEqualTo("QUEUED");
            lock.rollback();
        }
    }

    private static HttpServer vendor() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/v2/images/generate", exchange -> {
                exchange.getRequestBody().readAllBytes();
                beforeTheAnswer.run();
                byte[] body = ("{\"jobId\":\"" + JOB + "\",\"status\":\"QUEUED\"}").getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(202, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
