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
 *     generation is acknowledged
 */
public record Refusal(
        ProblemCode code,
        String error,
        Map<String, List<String>> details,
        @Nullable Duration retryAfter,
        boolean whateverCameBefore) {

    /** Recovery takes as long as a hundred of the lost jobs to a call of the account's rate. */
    private static final Duration RECOVERY_RETRY = Duration.ofSeconds(10);

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

    /** The books were restored, and what they have lost is looked for. */
    public static Refusal recovering() {
        return new Refusal(
                ProblemCode.RECOVERING,
                "The gateway is reconciling its ledger after a database restore and takes no requests; try again",
                Map.of(),
                RECOVERY_RETRY,
                false);
    }

    /** Its caller's key was lost with the books, and the job that the vendor has for it was booked since. */
    public static Refusal bookedBefore() {
        return new Refusal(
                ProblemCode.CONFLICT,
                "The vendor answered with a job that is already recorded under another job id",
                Map.of(),
                null,
                true);
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
