package io.klinggateway.chart;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.util.FileSystemUtils;

/** The chart in this repository, installed as release {@code gw}. */
final class Chart {

    static final Path DIRECTORY = Path.of("helm", "kling-gateway");

    /** Which annotation of Helm's it stands for. */
    static final String HOOK = "hook-of-helm";

    private static final List<String> HOOKS = List.of("migrations-job.yaml", "tests/health.yaml");

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
        return render(DIRECTORY, values);
    }

    /** @param directory of another copy of the chart */
    static Manifests render(Path directory, String values) {
        return withFile(
                values,
                file -> Manifests.parse(new Helm(withHooksAsObjects(directory))
                        .template()
                        .withName(RELEASE)
                        .withNamespace("images")
                        .withKubeVersion(KUBERNETES)
                        .withValuesFile(file)
                        .call()));
    }

    /** A rendering leaves hooks out; under another annotation they are objects like all others. */
    private static Path withHooksAsObjects(Path directory) {
        try {
            var copy = Files.createDirectories(
                            Path.of("target", "chart-" + ProcessHandle.current().pid()))
                    .resolve(directory.getFileName());
            FileSystemUtils.deleteRecursively(copy);
            FileSystemUtils.copyRecursively(directory, copy);
            for (var hook : HOOKS) {
                var file = copy.resolve("templates").resolve(hook);
                Files.writeString(file, Files.readString(file).replace("helm.sh/hook", HOOK));
            }
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot copy the chart", e);
        }
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
