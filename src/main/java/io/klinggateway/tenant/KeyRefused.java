package io.klinggateway.tenant;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;

/** Why a key does not pass, in the vendor's words. */
public final class KeyRefused {

    private KeyRefused() {}

    static ProblemException missing() {
        return refusal(ProblemCode.API_KEY_MISSING, "API key is required");
    }

    /** Unknown, revoked or expired: which of them is nobody's business. */
    public static ProblemException invalid() {
        return refusal(ProblemCode.API_KEY_INVALID, "Invalid API key");
    }

    /** Its tenant is suspended. */
    public static ProblemException inactive() {
        return refusal(ProblemCode.API_KEY_INACTIVE, "API key is inactive");
    }

    private static ProblemException refusal(ProblemCode code, String error) {
        return new ProblemException(Problem.of(code, error));
    }
}
