package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as it is delivered. */
class PackagedJarIT {

    private static final Path JAR = Path.of("target", "kling-gateway.jar").toAbsolutePath();

    @TempDir
    Path directory;

    @Test
    void withoutSettingsItStopsWithASentenceForEach() throws IOException, InterruptedException {
        assertThat(JAR).exists();
        var output = directory.resolve("output");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(java, "-jar", JAR.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("APIFRAME_") || name.startsWith("SPRING_"));

        var process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }

        assertThat(process.exitValue()).isEqualTo(1);
        var text = Files.readString(output, StandardCharsets.UTF_8);
        for (var variable : new String[] {
            "APIFRAME_API_KEY", "SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_PASSWORD"
        }) {
            assertThat(text.lines().filter(line -> line.startsWith(variable + " is not set: ")))
                    .hasSize(1);
        }
        assertThat(text).doesNotContain("\tat ");
    }
}
