package io.klinggateway.recovery;

import java.util.List;
import org.springframework.stereotype.Component;

/** What was recovered, for operators. */
@Component
public class Recoveries {

    private final RecoveryRepository recoveries;

    Recoveries(RecoveryRepository recoveries) {
        this.recoveries = recoveries;
    }

    /** Newest first; with what has become of the jobs since. */
    public List<RecoveryReport> reports() {
        return recoveries.reports();
    }
}
