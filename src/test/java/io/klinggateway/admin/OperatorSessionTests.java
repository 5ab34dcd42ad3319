package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The session of operating.md and the calls that stand after it, run by a shell as they stand there, at the page's prices. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a POSIX shell")
class OperatorSessionTests {

    private static final String PAGE = read(Path.of("src/docs/operating.md"));
    private static final Pattern BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern PRICE =
            Pattern.compile("export GATEWAY_PRICES_(\\d)_(EFFECTIVE_FROM|PER_CREDIT|CURRENCY)=(\\S+)");

    @TempDir
    private Path directory;

    @Test
    void whatThePageTypesDoesWhatItSays() throws IOException, InterruptedException {
        var vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ofMillis(300))
                .build()
                .start();
        try (vendor;
                Replica gateway = Replica.start(TestDatabase.migrated(), vendor.baseUrl(), settings())) {
            List<String> blocks = blocks();
            String session = blocks.getFirst();
            String output = run(session, gateway.url());

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
                    .contains("\r\nsession-team,ci," + LocalDate.now(ZoneOffset.UTC) + ",4711,2,6,12,0,0," + cost(12)
                            + ",EUR,UTC\r\n")
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

            String definitions = session.substring(0, session.indexOf("\n# A team with"));
            String later = run(
                    blocks.stream()
                            .skip(1)
                            .filter(block -> !block.startsWith("export"))
                            .filter(block -> !block.contains("@tenants.yaml")) // DeclarationApiTests put one
                            .collect(Collectors.joining("\n", definitions + "\n", "")),
                    gateway.url());

            assertThat(later)
                    .contains("\"window\":\"day\",\"ofKey\":false,\"period\":\"DAY\",\"firstDay\":1,\"limit\":400,")
                    .contains("\"limit\":400,\"shadowLimit\":300,")
                    .contains("\"window\":\"week\"", "\"limit\":null,\"shadowLimit\":1500,\"ceiling\":null")
                    .contains("\"shadowRefused\":0")
                    .contains("\"name\":\"night\"", "\"ofKey\":true", "\"available\":40")
                    .containsPattern( // a pace, once it is another day in Berlin
                            "\\{\"creditsPerDay\":(null|[\\d.]+),\"runsOutAt\":(null|\"[^\"]+\")}")
                    .contains("\"noticeId\":", "\"title\":\"A test for session-team\"")
                    .contains("\"reason\":\"the project has ended\"", "\"erasedJobs\":");
            assertThat(Files.readString(directory.resolve("november.csv")))
                    .startsWith("tenant,month,closed,label:project,costCentre,generations,images,credits,failures,"
                            + "failedImages,cost,currency,zone\r\n");
        }
    }

    private static Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>(Replica.withOperators());
        PRICE.matcher(PAGE)
                .results()
                .forEach(line -> settings.put(
                        "gateway.prices[" + line.group(1) + "]."
                                + line.group(2).toLowerCase(Locale.ROOT).replace('_', '-'),
                        line.group(3)));
        assertThat(settings).containsKey("gateway.prices[1].per-credit");
        return settings;
    }

    /** Today, at the page's prices; empty before the first. */
    private static String cost(long credits) {
        Map<String, Object> settings = settings();
        TreeMap<LocalDate, BigDecimal> prices = new TreeMap<>();
        for (String price : List.of("gateway.prices[0].", "gateway.prices[1].")) {
            prices.put(
                    LocalDate.parse(String.valueOf(settings.get(price + "effective-from"))),
                    new BigDecimal(String.valueOf(settings.get(price + "per-credit"))));
        }
        var price = prices.floorEntry(LocalDate.now(ZoneOffset.UTC));
        return price == null
                ? ""
                : price.getValue()
                        .multiply(BigDecimal.valueOf(credits))
                        .setScale(2, RoundingMode.HALF_UP)
                        .toPlainString();
    }

    /** From the session on. */
    private static List<String> blocks() {
        int session = PAGE.indexOf("<!-- session: OperatorSessionTests");
        assertThat(session).as("the page holds the session").isPositive();
        return BLOCK.matcher(PAGE.substring(session))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private String run(String script, String gateway) throws IOException, InterruptedException {
        Path output = directory.resolve("session.out");
        var shell = new ProcessBuilder("sh", "-euc", script)
                .directory(directory.toFile())
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
        }
    }

    private static String read(Path page) {
        try {
            return Files.readString(page);
        } catch (IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }
}
