package io.klinggateway.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.simulator.MovableClock;
import io.klinggateway.simulator.Operation;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;

/** A week in the life of a completed job, on clocks that the test moves, at a vendor that keeps images for so long. */
@Tag("slow")
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT)
@ContextConfiguration(initializers = ImageExpiryIT.AtAVendorOfItsOwn.class)
@Timeout(120)
class ImageExpiryIT {

    private static final int DAYS_KEPT = 7;
    private static final Duration A_LITTLE_MORE_THAN_A_DAY = Duration.ofDays(1).plusMinutes(1);

    private static final MovableClock VENDORS_CLOCK = new MovableClock();
    private static final SimulatedApiframe VENDOR = SimulatedApiframe.builder()
            .port(0)
            .clock(VENDORS_CLOCK)
            .queuedFor(Duration.ZERO)
            .processingFor(Duration.ZERO)
            .filesKept(Duration.ofDays(DAYS_KEPT))
            .build()
            .start();

    static final class AtAVendorOfItsOwn implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            Map<String, Object> properties = RunningGateway.properties(TestDatabase.migrated(), Ports.free());
            properties.put("apiframe.base-url", VENDOR.baseUrl());
            properties.put("gateway.pictures.store", "directory");
            properties.put("gateway.pictures.directory", "target/pictures/" + UUID.randomUUID());
            properties.put("gateway.pictures.signing-secret", "signs-the-urls-of-pictures-that-expire");
            properties.put("gateway.pictures.vendor-retention", "365d");
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("expiry", properties));
        }
    }

    @LocalServerPort
    private int port;

    @Autowired
    private ImageExpiryCheck expiry;

    @Autowired
    private JdbcClient jdbc;

    private Duration passed = Duration.ZERO;

    @Test
    void aJobExpiresWithinADayOfThePurgeAndIsReadOnceADayUntilThen() {
        Client client = new Client(port, RunningGateway.KEY);
        String completed = client.order("\"prompt\":\"a fox\",\"klingImageParams\":{\"n\":2}");
        String failed = client.order("\"prompt\":\"[fail] a fox\"");
        JsonNode fresh = client.await(completed, "COMPLETED");
        client.await(failed, "FAILED");
        assertThat(fresh.path("result").path("images")).hasSize(2);

        for (int day = 1; day < DAYS_KEPT; day++) {
            long reads = reads();
            aDayPasses();
            expiry.pass();

            assertThat(client.get("/v2/jobs/" + completed).json())
                    .as("on day %d", day)
                    .isEqualTo(fresh);
            assertThat(reads() - reads).as("of the one job").isOne();

            expiry.pass();
            assertThat(reads() - reads).as("once a day").isOne();
        }

        aDayPasses();
        expiry.pass();

        JsonNode expired = client.get("/v2/jobs/" + completed).json();
        assertThat(expired.path("expired").booleanValue()).isTrue();
        assertThat(expired.path("result")).as("what it was").isEqualTo(fresh.path("result"));
        assertThat(client.get("/v2/jobs").json().path("jobs").valueStream())
                .filteredOn(job -> job.path("expired").booleanValue())
                .singleElement()
                .satisfies(job -> assertThat(job.path("id").stringValue()).isEqualTo(completed));

        assertThat(jdbc.sql("select distinct vendor_until <= gateway_now() from picture")
                        .query(Boolean.class)
                        .list())
                .as("its images are not looked for at the vendor any more")
                .containsExactly(true);

        long reads = reads();
        aDayPasses();
        expiry.pass();
        assertThat(reads()).as("nobody asks for it any more").isEqualTo(reads);
    }

    private static long reads() {
        return VENDOR.requests(Operation.GET_JOB) + VENDOR.requests(Operation.LIST_JOBS);
    }

    private void aDayPasses() {
        passed = passed.plus(A_LITTLE_MORE_THAN_A_DAY);
        VENDORS_CLOCK.advance(A_LITTLE_MORE_THAN_A_DAY);
        jdbc.sql("""
                create or replace function gateway_now() returns timestamptz language sql volatile
                return clock_timestamp() + make_interval(secs => %d)
                """.formatted(passed.toSeconds())).update();
    }
}
