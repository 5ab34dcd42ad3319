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

    /** Not this gateway's, and its sender should know: the vendor's key was probably sent in its place. */
    static ProblemException ofVendor() {
        return problem(
                ProblemCode.API_KEY_INVALID,
                "Invalid API key: this is a key of apiframe (afk_…). Send the key that this gateway's operators gave your"
                        + " team, and renew the one of apiframe if others may have seen it");
    }

    /** Its networks do not have the caller's address. */
    static ProblemException from(CallerOrigin origin) {
        return problem(ProblemCode.ADDRESS_NOT_ALLOWED, "This API key may not be used from " + origin);
    }

    /** Its tenant is suspended. */
    public static ProblemException inactive() {
        return problem(ProblemCode.API_KEY_INACTIVE, "API key is inactive");
    }

    private static ProblemException problem(ProblemCode code, String error) {
        return new ProblemException(Problem.of(code, error));
    }
}
