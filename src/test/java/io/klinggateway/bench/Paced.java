package io.klinggateway.bench;

import io.klinggateway.bench.Latencies.Percentiles;
import io.klinggateway.bench.VendorProcess.Calls;
import java.time.Duration;

/** Many teams send fewer images than the vendor takes, at moments of their own. */
final class Paced implements RowGroup {

    private static final int EASY = 240;
    private static final int BUSY = 420;
    private static final Duration BEFORE_EASY = Duration.ofSeconds(10);
    private static final Duration BEYOND_JOB = Duration.ofSeconds(5);

    private final Requests images = Requests.generate(Population.MANY.keys());

    @Override
    public void measure(Deployment deployment, Report report) {
        Duration window = deployment.settings().window();
        deployment.openLoop(images, EASY, BEFORE_EASY);
        millisToVerdict(report, EASY, deployment.openLoop(images, EASY, window.dividedBy(3)), 20, 63);

        deployment.openLoop(images, BUSY, deployment.settings().job().plus(BEYOND_JOB));
        Calls before = deployment.vendor().calls();
        String from = deployment.database().now();
        Load.Outcome busy = deployment.openLoop(images, BUSY, window);
        int finished = deployment.database().count("completed_at > '" + from + "'");
        Calls calls = deployment.vendor().calls().since(before);
        millisToVerdict(report, BUSY, busy, 50, 300);
        report.atMost(
                BUSY + " images a minute: status calls per finished job",
                Spread.of((double) calls.forStatus() / finished),
                0.15,
                3);
        report.atMost(
                BUSY + " images a minute: vendor's 429s per 1,000 calls",
                Spread.of(calls.refused() * 1000.0 / calls.all()),
                1,
                1);
    }

    private static void millisToVerdict(
            Report report, int perMinute, Load.Outcome outcome, double bar50, double bar95) {
        Percentiles millis = outcome.latencies().percentiles();
        report.atMost(perMinute + " images a minute: p50 to the 202, ms", Spread.of(millis.p50()), bar50, 1);
        report.atMost(perMinute + " images a minute: p95 to the 202, ms", Spread.of(millis.p95()), bar95, 1);
    }
}
