package io.klinggateway.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * What the gateway's users feel, with the settings that it is shipped with. A figure that is not reached is reported; only a
 * wrong answer fails.
 */
@Tag("bench")
@DisabledIfSystemProperty(named = "bench.form", matches = "growth")
class BenchmarkIT {

    private static final long ONE_IMAGE = 2;

    /** Measured with each number of replicas: they share the vendor's rate. */
    private static final Set<String> SHARED = Set.of("paced", "overload");

    private final BenchSettings settings = BenchSettings.chosen();
    private final Report report = new Report();
    private final List<String> wrong = new ArrayList<>();
    private final List<Double> startSeconds = new ArrayList<>();

    @Test
    void whatUsersFeel() throws SQLException {
        report.paragraph("Machine: " + Testbed.machine() + ". Found are medians, in brackets the lowest and highest.");
        try (var testbed = new Testbed(settings)) {
            testbed.migrate();
            Population.HOT.register(testbed.database(), Population.PLENTY);
            Population.MANY.register(testbed.database(), Population.PLENTY);
            Population.SPENT.register(testbed.database(), ONE_IMAGE);
            Population.NEIGHBOUR.register(testbed.database(), Population.PLENTY);
            settings.replicas().stream()
                    .filter(replicas -> isFirst(replicas) || SHARED.stream().anyMatch(settings::measures))
                    .forEach(replicas -> measure(testbed, replicas));
        } finally {
            report.under("");
            report.found("start until ready, s", Spread.of(startSeconds), 1);
            report.figures();
            report.shares();
            wrong.forEach(sentence -> report.paragraph("Wrong: " + sentence));
            report.publish(settings.directory().resolve("report.md"));
        }
        assertThat(wrong).isEmpty();
    }

    private boolean isFirst(int replicas) {
        return replicas == settings.replicas().getFirst();
    }

    private void measure(Testbed testbed, int replicas) {
        boolean first = isFirst(replicas);
        report.under(replicas == 1 ? "" : " (" + replicas + " replicas)");
        Database database = testbed.copy("gateway", "replicas_" + replicas);
        try (var deployment = testbed.deploy(database, replicas)) {
            deployment
                    .gateways()
                    .forEach(gateway -> startSeconds.add(gateway.startedIn().toMillis() / 1000.0));
            deployment.warmUp();
            Path recording = settings.directory().resolve("gateway.jfr");
            if (first && settings.profile()) {
                deployment.gateway().startRecording(recording);
            }
            groups(testbed, deployment).forEach((name, group) -> {
                if (settings.measures(name) && (first || SHARED.contains(name))) {
                    measure(testbed, deployment, name, group);
                }
            });
            if (first && settings.profile()) {
                deployment.gateway().stopRecording();
            }
            wrong.addAll(deployment.wrong());
        }
    }

    private static Map<String, RowGroup> groups(Testbed testbed, Deployment deployment) {
        Map<String, RowGroup> groups = new LinkedHashMap<>();
        groups.put("paced", new Paced());
        groups.put("overload", new Overload());
        groups.put("away", new Away());
        groups.put("filling", new Filling(() -> testbed.cpu(List.of(deployment))));
        groups.put("refusing", new Refusing(() -> testbed.cpu(List.of(deployment))));
        groups.put("choosing", new Choosing(testbed));
        return groups;
    }

    private void measure(Testbed testbed, Deployment deployment, String name, RowGroup group) {
        System.out.println("measuring: " + name + ", " + deployment.gateways().size() + " replicas");
        var shares = testbed.watch(List.of(deployment));
        try {
            group.measure(deployment, report);
        } catch (RuntimeException e) {
            wrong.add(name + ": " + e);
        }
        report.shares(name, shares.get());
        deployment.clear();
    }
}
