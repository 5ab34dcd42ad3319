package io.klinggateway.generation;

import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Why a generation ends without a job, as its caller is told; or, if a caller already has a 202 for it, as the failed
 * job's error.
 *
 * @param whateverCameBefore whether it holds even if an earlier attempt may have reached the vendor, and even if the
 *     generation is promised
 */
public record Refusal(
        ProblemCode code,
        String error,
        Map<String, List<String>> details,
        @Nullable Duration retryAfter,
        boolean whateverCameBefore) {

    public static Refusal invalid(Invalid invalid) {
        return new Refusal(ProblemCode.VALIDATION_FAILED, invalid.error(), invalid.details(), null, true);
    }

    /** The vendor's own words stay in the log: its account is none of the tenant's business. */
    public static Refusal denied(Denied denied, Duration retryAfter) {
        return new Refusal(
                ProblemCode.UPSTREAM_ACCOUNT,
                "The gateway's vendor account cannot be used now (HTTP " + denied.status() + "); the operators know",
                Map.of(),
                retryAfter,
                false);
    }

    static Refusal accountRefused(Duration retryAfter) {
        return new Refusal(
                ProblemCode.UPSTREAM_ACCOUNT,
                "The gateway's vendor account cannot be used now; the operators know",
                Map.of(),
                retryAfter,
                false);
    }

    /** The same refusal in other words. */
    Refusal withWords(UnaryOperator<String> rewrite) {
        Map<String, List<String>> rewritten = new LinkedHashMap<>();
        details.forEach((path, messages) ->
                rewritten.put(path, messages.stream().map(rewrite).toList()));
        return new Refusal(code, rewrite.apply(error), rewritten, retryAfter, whateverCameBefore);
    }

    public ProblemException toException() {
        Problem problem = Problem.of(code, error);
        return new ProblemException(
                code == ProblemCode.VALIDATION_FAILED ? problem.withDetails(details) : problem, retryAfter);
    }
}
