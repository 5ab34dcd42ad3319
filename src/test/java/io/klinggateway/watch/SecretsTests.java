package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.console.Session;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Receiver;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Makes a gateway say all that it can say, and looks for secrets in it. */
@ExtendWith(OutputCaptureExtension.class)
class SecretsTests {

    private static final String VENDOR_KEY = "afk_canary_7c1f0e5b9d3a4286";
    private static final String REVOKED_VENDOR_KEY = "afk_canary_revoked_5e2d8b71";
    private static final String MARK = "quokka";
    private static final String PROMPT = "an unmistakable prompt of " + MARK + "s";
    private static final String OPERATOR = "token_canary_of_alice_91d0c7aa";
    private static final String CHAT = "services/T000/B000/canary_4f9a1c7e2b60";

    /** The level outlives the application that set it. */
    @AfterEach
    void sayLessAgain() {
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.INFO);
    }

    @Test
    void neitherKeysNorTokensNorUrlsOfChatsNorPromptsEverComeOut(CapturedOutput log) {
        List<String> emitted = new ArrayList<>();
        try (OtlpCollector collector = new OtlpCollector();
                SimulatedApiframe vendor = SimulatedApiframe.builder()
                        .port(0)
                        .apiKeys(VENDOR_KEY)
                        .queuedFor(Duration.ofMillis(100))
                        .processingFor(Duration.ofMillis(100))
                        .build()
                        .start()) {
            work(VENDOR_KEY, vendor, collector, emitted);
            await("the webhook's span is exported")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> collector.spans().stream()
                            .anyMatch(span -> span.name().contains("delivery")));
            work(REVOKED_VENDOR_KEY, vendor, collector, emitted);
            for (byte[] body : collector.bodies()) {
                String spans = new String(body, StandardCharsets.ISO_8859_1);
                emitted.add(spans);
                assertNoPromptIn("a trace", spans);
            }
        }
        assertThat(log.getAll()).contains(" TRACE ", "io.klinggateway", "reactor.netty", "org.springframework.web");
        emitted.add(log.getAll());

        Map<String, String> secrets = new LinkedHashMap<>();
        secrets.put("the path of a chat", CHAT);
        secrets.put("the path of a chat in a form", CHAT.replace("/", "%2F"));
        for (String key : List.of(VENDOR_KEY, REVOKED_VENDOR_KEY, RunningGateway.keyOf("design"), OPERATOR)) {
            secrets.putAll(formsOf(key));
        }
        for (String text : emitted) {
            secrets.forEach((form, secret) -> assertThat(text.contains(secret))
                    .as("%s: …%s…", form, around(text, secret))
                    .isFalse());
        }
        assertNoPromptIn("the log", log.getAll());
    }

    /** One word of it, so that no way of writing blanks or quotes hides it. */
    private static void assertNoPromptIn(String where, String text) {
        String all = text.toLowerCase(Locale.ROOT);
        assertThat(all.contains(MARK))
                .as("the prompt in %s: …%s…", where, around(all, MARK))
                .isFalse();
    }

    /** Every kind of answer, good and bad, and every page of the management port. */
    private static void work(
            String vendorKey, SimulatedApiframe vendor, OtlpCollector collector, List<String> emitted) {
        try (RunningGateway gateway = RunningGateway.start(
                TestDatabase.migrated(),
                vendor.baseUrl(),
                vendorKey,
                List.of("design"),
                Map.of(
                        "logging.level.root", "trace",
                        "logging.level.com.sun.net.httpserver", "info", // the receiver's own
                        "gateway.admin.tokens.alice", OPERATOR,
                        "gateway.webhooks.allowed-receivers", "localhost",
                        "management.endpoints.web.exposure.include", "*",
                        "management.endpoint.health.show-details", "always",
                        "management.opentelemetry.tracing.export.otlp.endpoint", collector.endpoint(),
                        "management.opentelemetry.tracing.export.schedule-delay", "200ms"))) {
            String key = RunningGateway.keyOf("design");
            String request = "{\"prompt\":\"" + PROMPT + "\",\"model\":\"kling-image\",\"webhookUrl\":\""
                    + collector.hook() + "\"}";
            emitted.add(gateway.generate(key, request).body());
            emitted.add(gateway.generate(key, request.replace("kling-image", "other"))
                    .body());
            emitted.add(gateway.generate(key, "{").body());
            emitted.add(gateway.generate(vendorKey, request).body());
            emitted.add(gateway.get("/v2/me", key).body());
            emitted.add(gateway.get("/v2/jobs/0", key).body());
            emitted.add(gateway.get("/v2/jobs", key).body());
            type(gateway, key, emitted);
            await("the generation ends")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> gateway.metrics().contains("kling_gateway_generations_total"));
            for (String page : List.of(
                    "",
                    "/health",
                    "/info",
                    "/prometheus",
                    "/env",
                    "/configprops",
                    "/beans",
                    "/mappings",
                    "/loggers",
                    "/threaddump",
                    "/conditions",
                    "/metrics",
                    "/flyway",
                    "/scheduledtasks")) {
                emitted.add(gateway.management("/actuator" + page));
            }
        }
    }

    /** What people type into the console, and the same by the API. */
    private static void type(RunningGateway gateway, String key, List<String> emitted) {
        try (Receiver receiver = new Receiver()) {
            String chat = receiver.url() + "/" + CHAT;
            Session operator = Session.signedIn(gateway.url(), OPERATOR);
            operator.get("/console/operator/tenants/design");
            String notices = "/console/operator/tenants/design/notices";
            for (String name : List.of("chat", "no name of a channel")) {
                emitted.add(operator.post(notices + "/channels", Map.of("name", name, "kind", "SLACK", "target", chat))
                        .body());
            }
            operator.post(notices + "/channels/chat/test", Map.of());
            emitted.add(gateway.patch(
                            "/admin/v1/tenants/design/notices",
                            OPERATOR,
                            "{\"channels\": {\"again\": {\"kind\": \"SLACK\", \"target\": \"" + chat + "\"}}}")
                    .expect(200)
                    .body());
            await("the test arrives")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> !receiver.all().isEmpty());
            emitted.add(operator.get("/console/operator/tenants/design").body());
            emitted.add(operator.get("/console/operator/audit").body());
            Session team = Session.signedIn(gateway.url(), key);
            team.get("/console/team/try");
            team.post("/console/team/try/price", Map.of("prompt", PROMPT));
            team.post("/console/team/try", Map.of("prompt", PROMPT, "n", "9"));
        }
    }

    private static Map<String, String> formsOf(String secret) {
        byte[] raw = secret.getBytes(StandardCharsets.UTF_8);
        byte[] digest = Sha256.of(raw);
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put(secret + " itself", secret);
        for (Map.Entry<String, byte[]> bytes :
                Map.of("its bytes", raw, "its SHA-256", digest).entrySet()) {
            String of = secret + ", " + bytes.getKey();
            String hex = HexFormat.of().formatHex(bytes.getValue());
            forms.put(of + " in hex", hex);
            forms.put(of + " in capital hex", hex.toUpperCase(Locale.ROOT));
            forms.put(of + " in base64", Base64.getEncoder().withoutPadding().encodeToString(bytes.getValue()));
            forms.put(
                    of + " in URL-safe base64",
                    Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.getValue()));
            forms.put(of + " as raw bytes", new String(bytes.getValue(), StandardCharsets.ISO_8859_1));
        }
        return forms;
    }

    private static String around(String text, String secret) {
        int at = text.indexOf(secret);
        return at < 0 ? "" : text.substring(Math.max(0, at - 300), Math.min(text.length(), at + 50));
    }
}
