package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.database.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The jar as it is delivered. */
class PackagedJarIT {

    private static final Path JAR = Path.of("target", "kling-gateway.jar").toAbsolutePath();

    @TempDir
    Path directory;

    @Test
    void withoutSettingsItStopsWithASentenceForEach() throws IOException, InterruptedException {
        var text = runUntilItEnds(1, Map.of());

        for (var variable : new String[] {
            "APIFRAME_API_KEY", "SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD"
        }) {
            assertThat(text.lines().filter(line -> line.startsWith(variable + " is not set: ")))
                    .hasSize(1);
        }
        assertThat(text).doesNotContain("\tat ");
    }

    @Test
    void itMigratesAndEndsWhereItWouldBeginToServe() throws IOException, InterruptedException {
        var database = TestDatabase.empty();

        var text = runUntilItEnds(
                0,
                Map.of(
                        "APIFRAME_API_KEY", "none",
                        "SPRING_DATASOURCE_URL", database.url(),
                        "SPRING_DATASOURCE_USERNAME", database.username(),
                        "SPRING_DATASOURCE_PASSWORD", database.password()),
                "-Dspring.context.exit=onRefresh");

        assertThat(text).doesNotContain("Tomcat started");
        assertThat(JdbcClient.create(database.dataSource())
                        .sql("select bool_and(success) from flyway_schema_history")
                        .query(Boolean.class)
                        .single())
                .isTrue();
    }

    /** @return what it wrote */
    private String runUntilItEnds(int status, Map<String, String> settings, String... flags)
            throws IOException, InterruptedException {
        assertThat(JAR).exists();
        var output = directory.resolve("output");
        var line = new ArrayList<>(List.of(flags));
        line.addFirst(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(List.of("-jar", JAR.toString()));
        var builder = new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("APIFRAME_") || name.startsWith("SPRING_"));
        builder.environment().putAll(settings);

        var process = builder.start();
        try {
            assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        var text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(text).isEqualTo(status);
        return text;
    }
}
