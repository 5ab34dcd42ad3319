package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class QuietProofIT {

    @Test
    void nothingIsLostOnAQuietDay() throws SQLException {
        var report = ProofRun.of(ProofSettings.quiet());

        System.out.println(report.summary());
        assertThat(report.violations()).as(report.summary()).isEmpty();
    }
}
