package io.klinggateway.harness;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What a run came to. */
record ProofReport(
        ProofSettings settings,
        Duration duration,
        int orders,
        int races,
        Map<String, Long> answers,
        Map<String, Long> cancellations,
        Map<String, Integer> faults,
        Map<String, Integer> callbacks,
        int vendorJobs,
        int orphans,
        String rate,
        int beyondRate,
        String fairness,
        String pictures,
        Duration slowestSettlement,
        Duration slowestSettlementInCalm,
        int samples,
        List<Violation> violations) {

    private static final int SHOWN = 12;

    String summary() {
        return """

                Proof "%s", seed %d, %d s
                  orders      %d, of which %d races; %d answers: %s
                  cancelled   %s
                  vendor      %d jobs, %d of them orphans
                  rate        %s; %d calls refused by the vendor's own count
                  queue       %s
                  pictures    %s
                  settled     at the latest %.1f s after the job's end, %.1f s where no fault was near
                  callbacks
                %s
                  samples     %d of all balances
                  faults      %d
                %s
                  violations  %d
                %s""".formatted(
                        settings.name(),
                        settings.seed(),
                        duration.toSeconds(),
                        orders,
                        races,
                        answers.values().stream().mapToLong(Long::longValue).sum(),
                        answers,
                        cancellations,
                        vendorJobs,
                        orphans,
                        rate,
                        beyondRate,
                        fairness,
                        pictures,
                        slowestSettlement.toMillis() / 1000.0,
                        slowestSettlementInCalm.toMillis() / 1000.0,
                        lines(callbacks),
                        samples,
                        faults.values().stream().mapToInt(Integer::intValue).sum(),
                        lines(faults),
                        violations.size(),
                        explained());
    }

    private static String lines(Map<String, Integer> faults) {
        return faults.entrySet().stream()
                .map(fault -> "    %5d  %s".formatted(fault.getValue(), fault.getKey()))
                .collect(Collectors.joining("\n"));
    }

    private String explained() {
        return violations.stream()
                .limit(SHOWN)
                .map(each -> "    " + each + "\n")
                .collect(Collectors.joining());
    }
}
