package io.klinggateway.bench;

import io.klinggateway.bench.VendorProcess.Calls;
import io.klinggateway.harness.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One team sends far more at once than the vendor takes, and goes on doing so. What do the others feel of it? */
final class Overload implements RowGroup {

    private static final int BURST = 1000;
    private static final int UNDER_WAY = 20;
    private static final int MORE_PER_MINUTE = 600;
    private static final int VENDOR_PER_MINUTE = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration BETWEEN_FIRST_TURNS = Duration.ofSeconds(5);

    private final Requests hot = Requests.generate(Population.HOT.keys());
    private int newcomers;

    @Override
    public void measure(Deployment deployment, Report report) {
        deployment.vendor().restartPeak();
        burst(deployment, report);
        steadily(deployment, report);
    }

    private void burst(Deployment deployment, Report report) {
        int before = deployment.database().count("tenant_id = " + Population.HOT.tenantId());
        var burst = Background.start(() -> deployment.atOnce(hot, BURST));
        Waiting.until(
                "the burst has begun",
                PATIENCE,
                () -> deployment.database().count("tenant_id = " + Population.HOT.tenantId()) >= before + UNDER_WAY);
        var firstTurn = Background.start(() -> firstTurn(deployment));
        Load.Outcome singles =
                deployment.closedLoop(Requests.generate(Population.NEIGHBOUR.keys()), 1, () -> !burst.isDone());
        Load.Outcome all = burst.join();
        report.atLeast("1,000 images of one team at once: accepted", Spread.of(all.answered(202)), BURST, 0);
        report.atMost(
                "1,000 images of one team at once: p95 to the 202, ms",
                Spread.of(all.latencies().percentiles().p95()),
                3000,
                0);
        report.atMost(
                "meanwhile, another team's images one by one: p95 to the 202, ms",
                Spread.of(singles.latencies().percentiles().p95()),
                500,
                0);
        report.found(
                "meanwhile, a third team's image: accepted by the vendor after ms", Spread.of(firstTurn.join()), 0);
    }

    private void steadily(Deployment deployment, Report report) {
        Duration window = deployment.settings().window();
        int waitedBefore = deployment.database().count("state = 'WAITING'");
        Calls before = deployment.vendor().calls();
        String from = deployment.database().now();
        long started = System.nanoTime();
        var more = Background.start(() -> deployment.openLoop(hot, MORE_PER_MINUTE, window));
        List<Double> firstTurns = new ArrayList<>();
        while (!more.isDone()) {
            firstTurns.add(firstTurn(deployment));
            Waiting.pause(BETWEEN_FIRST_TURNS);
        }
        Calls calls = deployment.vendor().calls().since(before);
        double minutes = (System.nanoTime() - started) / 6e10;
        double finished = deployment.database().count("completed_at > '" + from + "'");
        int waitedAfter = deployment.database().count("state = 'WAITING'");

        String overload = "overload, %,d to %,d waiting: ".formatted(waitedBefore, waitedAfter);
        report.atLeast(
                overload + "images that the vendor gets a minute, of " + VENDOR_PER_MINUTE,
                Spread.of(calls.submissions() / minutes),
                450,
                0);
        report.atMost(overload + "most calls in any 60 s", Spread.of(calls.peak()), VENDOR_PER_MINUTE, 0);
        report.found(overload + "vendor's 429s", Spread.of(calls.refused()), 0);
        report.found(
                overload + "calls per finished job to submit / list / read / else",
                "%.2f / %.3f / %.3f / %.3f"
                        .formatted(
                                calls.submissions() / finished,
                                calls.lists() / finished,
                                calls.reads() / finished,
                                calls.others() / finished));
        report.found(overload + "first turn of a team that comes, ms", Spread.of(firstTurns), 0);
    }

    /** Each time of another team. */
    private double firstTurn(Deployment deployment) {
        return new FirstTurn(deployment).millis(Population.MANY.member(newcomers++));
    }
}
