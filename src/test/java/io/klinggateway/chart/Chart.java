package io.klinggateway.chart;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The chart in this repository, installed as release {@code gw}. */
final class Chart {

    static final Path DIRECTORY = Path.of("helm", "kling-gateway");

    private static final String RELEASE = "gw";
    private static final String KUBERNETES = "1.34.0";

    /** Whatever cluster this machine may reach, or none, has no part in the tests. */
    private static final String WITHOUT_CLUSTER = "rollout: {readSecrets: false}\n";

    private Chart() {}

    static Helm helm() {
        return new Helm(DIRECTORY);
    }

    /** @throws IllegalStateException if the chart refuses the values */
    static Manifests render(String values) {
        return withFile(
                values,
                file -> Manifests.parse(helm().template()
                        .withName(RELEASE)
                        .withNamespace("images")
                        .withKubeVersion(KUBERNETES)
                        .withValuesFile(file)
                        .call()));
    }

    /** What an installer reads when the release is made. */
    static String notes(String values) {
        return withFile(
                values,
                file -> helm().install()
                        .clientOnly()
                        .dryRun()
                        .withName(RELEASE)
                        .withNamespace("images")
                        .withKubeVersion(KUBERNETES)
                        .withValuesFile(file)
                        .call()
                        .getOutput());
    }

    private interface WithFile<T> {
        T apply(Path file);
    }

    private static <T> T withFile(String values, WithFile<T> action) {
        try {
            var file = Files.createTempFile("values", ".yaml");
            try {
                Files.writeString(file, WITHOUT_CLUSTER + values);
                return action.apply(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the values", e);
        }
    }
}
