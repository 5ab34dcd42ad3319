package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.simulator.SimulatedApiframe;
import io.klinggateway.watch.OtlpCollector.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TracesTests {

    private static final String CALLERS_TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String CALLERS_SPAN = "b7ad6b7169203331";

    @Test
    void oneTraceLeadsFromTheTenantsCallToItsWebhook() {
        try (OtlpCollector collector = new OtlpCollector();
                SimulatedApiframe vendor = SimulatedApiframe.builder()
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
                        Map.of(
                                "gateway.webhooks.allowed-receivers",
                                "localhost",
                                "management.opentelemetry.tracing.export.otlp.endpoint",
                                collector.endpoint(),
                                "management.opentelemetry.tracing.export.schedule-delay",
                                "200ms"))) {

            assertThat(gateway.generate(
                                    RunningGateway.keyOf("design"),
                                    "{\"prompt\":\"a fox\",\"model\":\"kling-image\",\"webhookUrl\":\""
                                            + collector.hook() + "\"}",
                                    "traceparent",
                                    "00-" + CALLERS_TRACE + "-" + CALLERS_SPAN + "-01")
                            .status())
                    .isEqualTo(202);

            await("the delivery's span is exported")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> spans(collector).stream()
                            .anyMatch(span -> span.name().contains("delivery")));
            Span call = only(collector, "/v2/images/generate");
            assertThat(call.parentId()).isEqualTo(CALLERS_SPAN);
            assertThat(only(collector, "admission").parentId()).isEqualTo(call.id());
            Span settlement = only(collector, "settlement");
            assertThat(settlement.parentId()).isEqualTo(call.id());
            assertThat(only(collector, "delivery").parentId()).isEqualTo(settlement.id());
            Span submission = only(collector, "submission");
            assertThat(submission.parentId()).isEqualTo(call.id());
            assertThat(spans(collector))
                    .as("the attempt at the vendor")
                    .anyMatch(span ->
                            span.name().equals("http post") && span.parentId().equals(submission.id()));
        }
    }

    private static List<Span> spans(OtlpCollector collector) {
        return collector.spans().stream()
                .filter(span -> span.traceId().equals(CALLERS_TRACE))
                .toList();
    }

    private static Span only(OtlpCollector collector, String partOfName) {
        List<Span> found = spans(collector).stream()
                .filter(span -> span.name().contains(partOfName))
                .toList();
        assertThat(found).as("%s among %s", partOfName, spans(collector)).hasSize(1);
        return found.getFirst();
    }
}
