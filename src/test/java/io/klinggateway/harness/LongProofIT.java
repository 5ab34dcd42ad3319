package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
class LongProofIT {

    @Test
    void nothingIsLostThroughManyKillsAndFaults() throws SQLException {
        var report = ProofRun.of(ProofSettings.longForm());

        System.out.println(report.summary());
        assertThat(report.violations()).as(report.summary()).isEmpty();
    }
}
