package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A check that finds nothing is worth what it would have found. */
@Tag("long")
class PlantedBugsIT {

    /** All, or those that {@code -Dharness.bug} names, with commas between them. */
    static List<PlantedBug> bugs() {
        var wanted = System.getProperty("harness.bug");
        return PlantedBug.ALL.stream()
                .filter(bug -> wanted == null || List.of(wanted.split(",", -1)).contains(bug.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("bugs")
    void theCheckerFindsIt(PlantedBug bug) throws SQLException, IOException {
        var settings = ProofSettings.with(bug);

        var report = ProofRun.of(settings);

        System.out.println(report.summary());
        if (bug.isInProcess()) {
            assertThat(logs(settings)).as("the logs of the replicas").contains(Planted.STRUCK);
        }
        assertThat(report.violations()).as(report.summary()).isNotEmpty();
    }

    private static String logs(ProofSettings settings) throws IOException {
        try (var files = Files.list(settings.directory())) {
            var text = new StringBuilder();
            for (var file :
                    files.filter(each -> each.toString().endsWith(".log")).toList()) {
                text.append(Files.readString(file));
            }
            return text.toString();
        }
    }
}
