package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class LogsTests {

    /** Left behind by the application, and followed by those that later tests start in this JVM. */
    @AfterEach
    void logForPeopleAgain() {
        System.clearProperty("CONSOLE_LOG_STRUCTURED_FORMAT");
    }

    @Test
    void oneSettingMakesJsonWithOneLineForAdmissionAndOneForSettlement(CapturedOutput output) {
        try (SimulatedApiframe vendor = SimulatedApiframe.builder()
                        .port(0)
                        .queuedFor(Duration.ofMillis(100))
                        .processingFor(Duration.ofMillis(100))
                        .build()
                        .start();
                RunningGateway gateway = RunningGateway.start(
                        TestDatabase.migrated(),
                        vendor.baseUrl(),
                        SimulatedApiframe.DEFAULT_API_KEY,
                        List.of("design"),
                        Map.of("logging.structured.format.console", "ecs"))) {
            gateway.generate(
                    RunningGateway.keyOf("design"),
                    "{\"prompt\":\"a fox\",\"model\":\"kling-image\"}",
                    "X-Request-Id",
                    "request-4711");
            await("it is settled")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> output.getOut().contains("settled generation="));
        }

        JsonNode admission = only(output, "admitted generation=");
        assertThat(admission.path("requestId").stringValue()).isEqualTo("request-4711");
        assertThat(admission.path("tenant").stringValue()).isEqualTo("design");
        String generation = admission.path("generation").stringValue();
        assertThat(admission.path("message").stringValue())
                .isEqualTo("admitted generation=" + generation + " credits=2");
        assertThat(admission.path("log").path("level").stringValue()).isEqualTo("INFO");
        JsonNode settlement = only(output, "settled generation=");
        assertThat(settlement.path("tenant").stringValue()).isEqualTo("design");
        assertThat(settlement.path("generation").stringValue()).isEqualTo(generation);
        assertThat(settlement.path("message").stringValue())
                .isEqualTo("settled generation=" + generation + " outcome=COMPLETED credits=2");
        assertThat(settlement.path("traceId")).isEqualTo(admission.path("traceId"));
    }

    private static JsonNode only(CapturedOutput output, String message) {
        List<JsonNode> lines = output.getOut()
                .lines()
                .filter(line -> line.startsWith("{"))
                .map(JsonMapper.shared()::readTree)
                .filter(line -> line.path("message").asString("").startsWith(message))
                .toList();
        assertThat(lines).as(message).hasSize(1);
        return lines.getFirst();
    }
}
