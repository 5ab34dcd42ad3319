package io.klinggateway.bench;

import io.klinggateway.bench.Latencies.Percentiles;
import io.klinggateway.harness.Waiting;
import java.time.Duration;

/** The vendor is away for a while: half of the time it refuses connections, then it takes them and never answers. */
final class Away implements RowGroup {

    private static final int PER_MINUTE = 240;
    private static final Duration AROUND = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(500);

    @Override
    public void measure(Deployment deployment, Report report) {
        Duration away = deployment.settings().away();
        String from = deployment.database().now();
        var calls = Background.start(() -> deployment.openLoop(
                Requests.generate(Population.MANY.keys()), PER_MINUTE, away.plus(AROUND.multipliedBy(2))));
        Waiting.pause(AROUND);
        deployment.vendor().leave(StubVendor.Absence.REFUSING);
        Waiting.pause(away.dividedBy(2));
        deployment.vendor().leave(StubVendor.Absence.SILENT);
        Waiting.pause(away.dividedBy(2));
        deployment.vendor().leave(StubVendor.Absence.NONE);
        long back = System.nanoTime();
        Load.Outcome outcome = calls.join();
        boolean ended = haveAllEnded(deployment, back + away.plusMinutes(3).toNanos());

        String vendorAway = "vendor away for " + away.toSeconds() + " s: ";
        Percentiles millis = outcome.latencies().percentiles();
        report.atMost(
                vendorAway + "of %d calls, not answered with 202".formatted(outcome.all()),
                Spread.of(outcome.all() - outcome.answered(202)),
                0,
                0);
        report.found(vendorAway + "p50 / p95 to the 202, ms", "%.0f / %.0f".formatted(millis.p50(), millis.p95()));
        report.atMost(
                vendorAway + "not COMPLETED in the end",
                Spread.of(deployment
                        .database()
                        .count("acknowledged and state <> 'COMPLETED' and created_at > '" + from + "'")),
                0,
                0);
        report.found(
                vendorAway + "s from its return until all had ended",
                Spread.of(ended ? (System.nanoTime() - back) / 1e9 : Double.NaN),
                0);
    }

    private static boolean haveAllEnded(Deployment deployment, long end) {
        while (System.nanoTime() - end < 0) {
            if (deployment.database().count("captured_credits is null") == 0) {
                return true;
            }
            Waiting.pause(POLL);
        }
        return false;
    }
}
