package io.klinggateway.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the runbook tells its reader to look for is there to be found. */
class RunbookTests {

    private static final Path RUNBOOK = Path.of("helm/kling-gateway/RUNBOOK.md");
    private static final Path CODE = Path.of("src/main/java");
    private static final Path PAGES = Path.of("src/main/resources/templates/console");

    private static final Pattern CODE_SPAN = Pattern.compile("`[^`]*`");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");
    private static final Pattern EMPHASIZED = Pattern.compile("(?<!\\*)\\*([^*]+)\\*(?!\\*)");
    private static final Pattern HTML_TEXT = Pattern.compile(">([^<>]+)<");

    /** What a text begins with that may be joined of several literals. */
    private static final String TEXT = "\\s*(\"(?:[^\"\\\\\\n]|\\\\.)*\"(?:\\s*\\+\\s*\"(?:[^\"\\\\\\n]|\\\\.)*\")*)";

    private static final Pattern JOINT = Pattern.compile("^\"|\"\\s*\\+\\s*\"|\"$");
    private static final Pattern LOGGED = Pattern.compile("\\blog\\.(?:info|warn|error)\\(" + TEXT);

    /** What stands in the place of placeholders: names of loops, messages of exceptions, and what callers are answered. */
    private static final Pattern INSERTED =
            Pattern.compile("\\b(?:new [A-Z]\\w*\\(|Problem\\.of\\(\\s*ProblemCode\\.\\w+,)" + TEXT);

    @Test
    void whatItQuotesIsWrittenToTheLog() throws IOException {
        List<String> logged = texts(LOGGED);
        List<String> inserted = texts(INSERTED);

        assertThat(inProse(QUOTED))
                .hasSizeGreaterThan(20)
                .allMatch(phrase -> logged.stream()
                        .anyMatch(line -> line.contains(phrase)
                                || inserted.stream()
                                        .filter(text -> text.contains(phrase) || phrase.contains(text))
                                        .anyMatch(
                                                text -> line.replace("{}", text).contains(phrase))));
    }

    @Test
    void whatItEmphasizesIsShownByADashboardOrTheConsole() throws IOException {
        Set<String> shown = new HashSet<>();
        for (Dashboard dashboard : Dashboard.all()) {
            shown.add(dashboard.json().path("title").stringValue());
            dashboard.panels().forEach(panel -> shown.add(panel.path("title").stringValue()));
        }
        read(PAGES)
                .forEach(page -> HTML_TEXT
                        .matcher(page)
                        .results()
                        .forEach(text -> shown.add(text.group(1).strip())));

        assertThat(inProse(EMPHASIZED))
                .hasSizeGreaterThan(15)
                .filteredOn(words -> !shown.contains(words))
                .isEmpty();
    }

    /** Outside of code, in lines of any length. */
    private static Set<String> inProse(Pattern marked) throws IOException {
        String prose =
                CODE_SPAN.matcher(Files.readString(RUNBOOK)).replaceAll("").replaceAll("\\s+", " ");
        Set<String> found = new HashSet<>();
        marked.matcher(prose).results().forEach(match -> found.add(match.group(1)));
        return found;
    }

    private static List<String> texts(Pattern call) throws IOException {
        return read(CODE).stream()
                .flatMap(code -> call.matcher(code).results())
                .map(match -> JOINT.matcher(match.group(1)).replaceAll(""))
                .filter(text -> !text.isBlank())
                .toList();
    }

    private static List<String> read(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> {
                        try {
                            return Files.readString(file);
                        } catch (IOException unreadable) {
                            throw new UncheckedIOException(unreadable);
                        }
                    })
                    .toList();
        }
    }
}
