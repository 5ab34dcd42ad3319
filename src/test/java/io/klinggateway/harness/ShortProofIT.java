package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ShortProofIT {

    @Test
    void nothingIsLostThroughKillsAndFaults() throws SQLException {
        var report = ProofRun.of(ProofSettings.shortForm());

        System.out.println(report.summary());
        assertThat(report.callbacks())
                .as("all kinds of callbacks came")
                .containsKeys("delayed", "doubled", "lost", "genuine answered 204", "forged answered 401");
        assertThat(report.violations()).as(report.summary()).isEmpty();
    }
}
