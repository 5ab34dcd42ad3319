package io.klinggateway.tenant;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;

/** Why a key does not authenticate, in the vendor's words. */
public final class InvalidApiKey {

    private InvalidApiKey() {}

    static ProblemException missing() {
        return problem(ProblemCode.API_KEY_MISSING, "API key is required");
    }

    /** Never issued, revoked or expired: the answer does not tell which. */
    public static ProblemException unknown() {
        return problem(ProblemCode.API_KEY_INVALID, "Invalid API key");
    }

    /** Its tenant is suspended. */
    public static ProblemException inactive() {
        return problem(ProblemCode.API_KEY_INACTIVE, "API key is inactive");
    }

    private static ProblemException problem(ProblemCode code, String error) {
        return new ProblemException(Problem.of(code, error));
    }
}
