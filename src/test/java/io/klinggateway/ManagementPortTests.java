package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.simulator.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@GatewayTest
class ManagementPortTests {

    private final Gateway gateway;

    ManagementPortTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"})
    void healthIsUpAndShowsNoDetails(String path) {
        var answer = gateway.getFrom(gateway.managementPort(), path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("status")).isEqualTo("UP");
        assertThat(answer.json().has("components")).isFalse();
    }

    @Test
    void infoTellsTheBuild() {
        var answer = gateway.getFrom(gateway.managementPort(), "/actuator/info");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("build").get("artifact").stringValue()).isEqualTo("kling-gateway");
    }

    @Test
    void prometheusReadsTheMetersAndNoSecret() {
        var client = gateway.newTenant(10);
        client.accepted(Gateway.FOX);

        var answer = gateway.getFrom(gateway.managementPort(), "/actuator/prometheus");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body())
                .contains("kling_gateway_", "hikaricp_connections", "http_server_requests")
                .doesNotContain("afk_", client.key(), Sha256.hex(client.key()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "env",
                "beans",
                "configprops",
                "heapdump",
                "threaddump",
                "loggers",
                "mappings",
                "metrics",
                "flyway",
                "shutdown",
                "conditions",
                "scheduledtasks",
                "caches",
                "modulith"
            })
    void nothingElseIsThere(String endpoint) {
        assertThat(gateway.getFrom(gateway.managementPort(), "/actuator/" + endpoint)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void noIndexTellsWhatIsThere() {
        assertThat(gateway.getFrom(gateway.managementPort(), "/actuator").status())
                .isEqualTo(404);
    }

    @Test
    void eachPortServesItsOwn() {
        assertThat(gateway.getFrom(gateway.port(), "/actuator/health").status()).isEqualTo(404);
        assertThat(gateway.getFrom(gateway.managementPort(), "/v2/models").status())
                .isNotEqualTo(200);
        assertThat(gateway.getFrom(gateway.managementPort(), "/v3/api-docs").status())
                .isNotEqualTo(200);
    }
}
