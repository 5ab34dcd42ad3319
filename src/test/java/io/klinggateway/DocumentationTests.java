package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.klinggateway.database.MigratedDatabaseInitializer;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the README and the pages tell their readers to type, typed. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "gateway.tenants[0].name=demo",
            "gateway.tenants[0].budget.period=MONTH",
            "gateway.tenants[0].budget.limit=1000",
            "gateway.prices[0].effective-from=2020-01-01",
            "gateway.prices[0].per-credit=0.05",
            "gateway.prices[0].currency=EUR",
            "gateway.tenants[0].keys[0].name=demo",
            "gateway.tenants[0].keys[0].sha256=" + DocumentationTests.DEMO_KEY_SHA256
        })
@ContextConfiguration(initializers = MigratedDatabaseInitializer.class)
class DocumentationTests {

    static final String DEMO_KEY_SHA256 = "f95dfa0d9e257d7c0d3118b98af7b9bd05022d9d3cad1f3d3856597674921abe";

    private static final String README = read(Path.of("README.md"));
    private static final String USING = read(Path.of("src/docs/using.md"));
    private static final String OPERATING = read(Path.of("src/docs/operating.md"));
    private static final SimulatedApiframe VENDOR =
            SimulatedApiframe.builder().port(0).build();

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void vendor(DynamicPropertyRegistry properties) {
        VENDOR.start();
        properties.add("apiframe.base-url", VENDOR::baseUrl);
        properties.add("apiframe.api-key", () -> SimulatedApiframe.DEFAULT_API_KEY);
    }

    @AfterAll
    static void closeVendor() {
        VENDOR.close();
    }

    @Test
    void theShellExamplesEndInACompletedJob() throws Exception {
        String output = run("bash", "-euo", "pipefail", "-c", String.join("\n", blocks("sh", USING)));

        assertThat(output)
                .contains("HTTP/1.1 202")
                .contains("X-Credits-Cost: 4")
                .contains("\"status\":\"COMPLETED\"")
                .contains("\"images\":[\"http")
                .contains("\"tenant\":\"demo\"")
                .contains("\"team\":{")
                .contains("\"labels\":{\"project\":\"spring\",\"shot\":\"12\"}")
                .contains("\"groupBy\":[\"month\",\"label:project\"]")
                .contains("month,closed,costCentre,generations,images,credits,failures,failedImages,cost,currency,zone")
                .contains("\"currency\":\"EUR\"", "\"cost\":\"")
                .contains("\"windows\":[{\"window\":\"month\"", "\"limitedBy\":\"tenant\"")
                .contains("{\"creditsPerDay\":null,\"runsOutAt\":null}")
                .contains("\"lastStartsInSeconds\":")
                .contains("\"code\":\"already_sent\"")
                .contains("\"contentType\":\"image/png\"")
                .contains("\"reason\":\"launch week\"", "\"status\":\"OPEN\"")
                .contains(detail(blocks("json", USING.substring(USING.indexOf("\n## Errors")))
                        .getFirst()))
                .contains("\"pricingMode\":\"per-output\"");
    }

    private static String detail(String problem) {
        JsonNode details = JsonMapper.shared().readTree(problem).path("details");
        assertThat(details).hasSize(3);
        return "\"details\":" + details;
    }

    @Test
    void theFirstCallIsAccepted() throws Exception {
        assertThat(run("bash", "-euc", blocks("sh", section("Use it")).getFirst()))
                .contains("HTTP/1.1 202", "X-Credits-Cost: 4");
    }

    @Test
    void linksLeadSomewhere() throws IOException {
        assertThat(pages().stream().flatMap(DocumentationTests::brokenLinks)).isEmpty();
    }

    @Test
    void thePlacesInTheCodeExist() {
        Path code = Path.of("src/main/java/io/klinggateway");

        assertThat(Pattern.compile("`([a-z]+/[A-Za-z]+\\.java)`")
                        .matcher(read(Path.of("src/docs/contributing.md")))
                        .results()
                        .map(place -> code.resolve(place.group(1))))
                .isNotEmpty()
                .allSatisfy(place -> assertThat(place).exists());
    }

    @Test
    void everyPackageHasItsLineInTheTable() throws IOException {
        String table = read(Path.of("src/docs/contributing.md"))
                .replaceFirst("(?s)^.*\n## Where things are\n", "")
                .replaceFirst("(?s)\n### .*$", "");
        try (Stream<Path> packages = Files.list(Path.of("src/main/java/io/klinggateway"))) {
            assertThat(packages.filter(Files::isDirectory).map(Path::getFileName))
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(table).contains("`" + name + "`"));
        }
    }

    static List<Path> pages() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/docs"))) {
            return Stream.concat(
                            files,
                            Stream.of(
                                    Path.of("README.md"),
                                    Path.of("helm/kling-gateway/RUNBOOK.md"),
                                    Path.of("helm/kling-gateway/README.md")))
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
        }
    }

    private static Stream<String> brokenLinks(Path page) {
        return Pattern.compile("]\\(([^)#:]*)(?:#([^)]*))?\\)")
                .matcher(read(page))
                .results()
                .filter(link -> {
                    Path target = link.group(1).isEmpty() ? page : page.resolveSibling(link.group(1));
                    return !Files.exists(target)
                            || (link.group(2) != null && !anchors(read(target)).contains(link.group(2)));
                })
                .map(link -> page + ": " + link.group());
    }

    /** As code forges make them of headings. */
    private static Set<String> anchors(String markdown) {
        return Pattern.compile("(?m)^#+ (.*)$")
                .matcher(markdown)
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void theJavaScriptExamplePrintsAJobId() throws Exception {
        assumeTrue(works("node", "--version"), "Node.js is not here");

        String output = run(
                "node",
                "--input-type=module",
                "-e",
                blocks("js", section("Use it")).getFirst());

        assertThat(output.strip()).matches("[0-9a-f-]{36}");
    }

    @Test
    void thePythonExamplePrintsAJobId() throws Exception {
        assumeTrue(works("python3", "-c", "import requests"), "Python with requests is not here");

        String output = run("python3", "-c", blocks("python", section("Use it")).getFirst());

        assertThat(output.strip()).matches("[0-9a-f-]{36}");
    }

    @Test
    void everySettingIsDocumentedWithItsDefault() throws IOException {
        JsonNode metadata = JsonMapper.shared()
                .readTree(Files.readAllBytes(Path.of("target/classes/META-INF/spring-configuration-metadata.json")));
        List<String> undocumented = metadata.path("properties")
                .valueStream()
                .filter(property -> !property.path("name").stringValue().equals("gateway.tenants"))
                .filter(property -> !OPERATING.contains(row(property)))
                .map(property -> property.path("name").stringValue())
                .filter(name ->
                        !List.of("apiframe.api-key", "apiframe.base-url").contains(name))
                .toList();

        assertThat(undocumented).isEmpty();
    }

    private static String row(JsonNode property) {
        String defaultValue = property.path("defaultValue").asString("");
        if (defaultValue.startsWith("[")) {
            defaultValue = defaultValue.replaceAll("[\\[\\] ]", "");
        }
        return "| `" + property.path("name").stringValue() + "` | "
                + (defaultValue.isEmpty() ? "none" : "`" + defaultValue + "`") + " |";
    }

    private String run(String... command) throws IOException, InterruptedException {
        List<String> adapted = Arrays.stream(command)
                .map(part -> part.replace("http://localhost:8080", "http://localhost:" + port))
                .toList();
        Path output = Files.createTempFile("readme", ".out");
        Process process = new ProcessBuilder(adapted)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
        String text = Files.readString(output);
        assertThat(process.exitValue()).as(text).isZero();
        return text;
    }

    private static boolean works(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException absent) {
            return false;
        }
    }

    private static String section(String title) {
        int start = README.indexOf("\n## " + title + "\n");
        assertThat(start).as("section " + title).isNotNegative();
        int end = README.indexOf("\n## ", start + 1);
        return README.substring(start, end < 0 ? README.length() : end);
    }

    private static List<String> blocks(String language, String text) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(text)
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
