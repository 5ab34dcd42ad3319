package io.klinggateway.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.generation.VendorCallbackUrls;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The vendor's calls let the next sweep come soon, and do nothing else. */
@Timeout(120)
class SweepHintTests extends TrackingScenario {

    private static final byte[] CALL = "{\"event\":\"completed\"}".getBytes(StandardCharsets.UTF_8);

    @LocalServerPort
    private int port;

    @Autowired
    private VendorCallbackUrls callbacks;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aCallLetsTheNextSweepComeSoonAndCausesNoSingleRead() throws Exception {
        List<UUID> ids = open(20);
        sweep.pass();
        assertThat(untilNextSweep()).isGreaterThan(INTERVAL.multipliedBy(2));
        finishVendorJobs();

        for (UUID id : ids) {
            assertThat(call(id)).isEqualTo(204);
        }

        assertThat(untilNextSweep()).isLessThanOrEqualTo(INTERVAL);
        assertThat(ids).noneMatch(this::isReadSingly);
        stragglers.pass();
        assertThat(Calls.single()).isZero();
        assertThat(inState("PROCESSING")).isEqualTo(20);

        moveTimeTo(INTERVAL.plusSeconds(1));
        sweep.pass();
        assertThat(inState("COMPLETED")).isEqualTo(20);
        assertThat(Calls.list()).isEqualTo(2);
        assertThat(Calls.single()).isZero();
    }

    @Test
    void callsDuringASweepLetTheNextOneFollowSoon() throws Exception {
        UUID id = open(1).getFirst();
        assertThat(tracking.claimSweep()).isTrue();

        assertThat(call(id)).isEqualTo(204);
        assertThat(untilNextSweep()).as("the lease stands").isGreaterThan(INTERVAL);

        tracking.endSweep(SAFETY_INTERVAL);
        assertThat(untilNextSweep()).isLessThanOrEqualTo(INTERVAL);
    }

    @Test
    void aCallNeverDelaysASweep() throws Exception {
        UUID id = open(1).getFirst();
        sweep.pass();
        moveTimeTo(SAFETY_INTERVAL.plusSeconds(5));
        assertThat(untilNextSweep()).isNegative();

        assertThat(call(id)).isEqualTo(204);

        assertThat(untilNextSweep()).isNegative();
    }

    @Test
    void aForgedCallHintsAtNothing() throws Exception {
        UUID id = open(1).getFirst();
        sweep.pass();

        assertThat(call(token(id), Sha256.sign("another key", CALL))).isEqualTo(401);
        assertThat(call("nobodys", Sha256.sign(SimulatedApiframe.DEFAULT_API_KEY, CALL)))
                .isEqualTo(404);

        assertThat(untilNextSweep()).isGreaterThan(SAFETY_INTERVAL.minus(Duration.ofSeconds(5)));
    }

    private String token(UUID id) {
        return callbacks.token(
                new VendorCallbackUrls.Subject(new VendorIdempotencyKey(id), new TenantId(new UUID(0, 1))));
    }

    private int call(UUID id) throws Exception {
        return call(token(id), Sha256.sign(SimulatedApiframe.DEFAULT_API_KEY, CALL));
    }

    private int call(String token, String signature) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + VendorCallbackUrls.PATH + token))
                .header("Content-Type", "application/json")
                .header("X-Webhook-Signature", signature)
                .POST(HttpRequest.BodyPublishers.ofByteArray(CALL))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    }
}
