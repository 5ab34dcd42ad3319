package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.FileSystemResource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the pages name is there: settings, meters, alerts, and their own sections. */
class DocumentedNamesTests {

    private static final Path METADATA = Path.of("target/classes/META-INF/spring-configuration-metadata.json");
    private static final Path SHIPPED = Path.of("src/main/resources/application.yaml");
    private static final Path RULES = Path.of("helm/kling-gateway/rules");
    private static final Path METERS = Path.of("src/docs/monitoring.md");
    private static final Path OPERATING = Path.of("src/docs/operating.md");

    private static final Pattern SETTING = Pattern.compile("`((?:gateway|apiframe)\\.[a-z][a-z0-9.-]*[a-z0-9])`");
    private static final Pattern SAID_DEFAULT =
            Pattern.compile("`((?:gateway|spring|server)\\.[a-z0-9.-]+)`(?:: | \\| `)(\\d+m?s?)\\b(?!,\\d)");
    private static final Pattern METER = Pattern.compile("\\b(kling_gateway_[a-z0-9_]+)");
    private static final Pattern METER_ROW = Pattern.compile("(?m)^\\| `(kling_gateway_[a-z0-9_]+)`");
    private static final Pattern ALERT = Pattern.compile("\\b(KlingGateway[A-Z][A-Za-z]+)");
    private static final Pattern ALERT_RULE = Pattern.compile("alert: (\\w+)");
    private static final Pattern SECTION = Pattern.compile("(?m)^## (.*)$");
    private static final Pattern CONTENTS = Pattern.compile("(?m)^- \\[([^]]+)]\\(#");

    @Test
    void settingsThatThePagesNameAreThere() throws IOException {
        List<JsonNode> known = properties().toList();

        assertThat(unknown(SETTING, name -> known.stream().anyMatch(setting -> isNamed(setting, name))))
                .isEmpty();
    }

    private static Stream<JsonNode> properties() throws IOException {
        return JsonMapper.shared()
                .readTree(Files.readString(METADATA))
                .path("properties")
                .valueStream();
    }

    /** A group of settings is named by what they begin with, and of a map one of its entries. */
    private static boolean isNamed(JsonNode setting, String name) {
        String known = setting.path("name").stringValue();
        return known.equals(name)
                || known.startsWith(name + ".")
                || (setting.path("type").stringValue().startsWith("java.util.Map") && name.startsWith(known + "."));
    }

    @Test
    void defaultsThatAreSaidAgainBesideTheTableOfSettingsAreTheSame() throws IOException {
        Map<String, String> defaults = new HashMap<>();
        properties()
                .forEach(setting -> defaults.put(
                        setting.path("name").stringValue(),
                        setting.path("defaultValue").asString("")));
        PropertySource<?> shipped = new YamlPropertySourceLoader()
                .load("application", new FileSystemResource(SHIPPED))
                .getFirst();

        assertThat(SAID_DEFAULT.matcher(Files.readString(OPERATING)).results())
                .hasSizeGreaterThan(20)
                .allSatisfy(said -> assertThat(defaults.getOrDefault(
                                said.group(1), String.valueOf(shipped.getProperty(said.group(1)))))
                        .as(said.group(1))
                        .isEqualTo(said.group(2)));
    }

    @Test
    void metersThatThePagesNameAreThere() throws IOException {
        Set<String> known = all(METER_ROW, Files.readString(METERS)).collect(Collectors.toSet());

        assertThat(unknown(METER, name -> known.contains(name.replaceFirst("_(bucket|count|sum)$", ""))))
                .isEmpty();
    }

    @Test
    void alertsThatThePagesNameAreThere() throws IOException {
        List<String> known = new ArrayList<>();
        try (Stream<Path> files = Files.list(RULES)) {
            for (Path file : files.toList()) {
                all(ALERT_RULE, Files.readString(file)).forEach(known::add);
            }
        }

        assertThat(known).isNotEmpty();
        assertThat(unknown(ALERT, name -> known.stream().anyMatch(alert -> alert.startsWith(name))))
                .isEmpty();
    }

    @Test
    void thePageForOperatorsBeginsWithAListOfItsSections() throws IOException {
        String page = Files.readString(OPERATING);
        List<String> sections = all(SECTION, page).toList();

        assertThat(all(CONTENTS, page.substring(0, page.indexOf("\n## "))))
                .isNotEmpty()
                .containsExactlyElementsOf(sections);
    }

    private static Stream<String> all(Pattern marked, String text) {
        return marked.matcher(text).results().map(match -> match.group(1));
    }

    private static List<String> unknown(Pattern marked, Predicate<String> isKnown) throws IOException {
        List<String> unknown = new ArrayList<>();
        int named = 0;
        for (Path page : DocumentationTests.pages()) {
            for (MatchResult match :
                    marked.matcher(Files.readString(page)).results().toList()) {
                named++;
                if (!isKnown.test(match.group(1))) {
                    unknown.add(page + ": " + match.group(1));
                }
            }
        }
        assertThat(named).as("names on the pages").isPositive();
        return unknown;
    }
}
