package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The session of operating.md, run by a shell as it stands there. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell")
class OperatorSessionTests {

    private static final Pattern SESSION =
            Pattern.compile("<!-- session: OperatorSessionTests.*?-->\\s*```sh\\n(.*?)```", Pattern.DOTALL);

    @Test
    void theReadmesSessionDoesWhatItSays() throws IOException, InterruptedException {
        var vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ofMillis(300))
                .build()
                .start();
        try (vendor;
                Replica gateway = Replica.start(TestDatabase.fresh(), vendor.baseUrl(), Replica.withOperators())) {
            String output = run(session(), gateway.url());

            assertThat(output)
                    .contains("\"admitted\":false,\"reason\":\"insufficient_credits\"")
                    .contains("\"admitted\":true")
                    .contains("\"ceiling\":20")
                    .contains("\"status\":\"GRANTED\"", "This request was already granted by alice")
                    .contains("\"name\":\"declared-session-team\",\"action\":\"CREATE\"")
                    .contains("\"allowedNetworks\":[\"127.0.0.0/8\",\"::1/128\",\"10.0.0.0/8\"]")
                    .contains("\"code\":\"api_key_invalid\"")
                    .contains("\"thresholds\":[70,90]", "\"target\":\"https://hooks.slack.com/… (")
                    .contains("session-team has used 80 % of its monthly budget")
                    .doesNotContain("xxxx")
                    .contains("\r\nsession-team,ci," + LocalDate.now(ZoneOffset.UTC) + ",4711,2,6,12,0,0,UTC\r\n")
                    .contains("\"labels\":{\"project\":\"spring\"}");
            var shown = gateway.operator("GET", "/tenants/session-team");
            assertThat(shown.number("balance", "captured")).isEqualTo(12);
            assertThat(shown.number("balance", "available")).isEqualTo(13);
            assertThat(gateway.differences()).isZero();
            Replica.await(
                    () -> gateway.operator("GET", "/tenants/session-team/journal")
                            .json()
                            .path("items")
                            .size(),
                    6);
            Replica.await(
                    () -> gateway.operator("GET", "/audit?tenant=session-team")
                            .json()
                            .path("items")
                            .size(),
                    11);
        }
    }

    private static String session() throws IOException {
        var found = SESSION.matcher(Files.readString(Path.of("src/docs/operating.md")));
        assertThat(found.find()).as("the page holds the session").isTrue();
        return found.group(1);
    }

    private static String run(String script, String gateway) throws IOException, InterruptedException {
        Path output = Files.createTempFile("session", ".out");
        var shell = new ProcessBuilder("sh", "-euc", script)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        shell.environment().put("GATEWAY", gateway);
        shell.environment().put("GATEWAY_ADMIN_TOKEN", Replica.TOKEN);
        shell.environment().put("TEAM", "session-team");
        var process = shell.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertThat(process.exitValue()).as(said).isZero();
            return said;
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
