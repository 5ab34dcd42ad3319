package io.klinggateway.problem;

import java.util.Arrays;

/** The problem for a bare HTTP status, as frameworks and containers report it. */
final class StatusProblems {

    private static final String NOT_VALID =
            "The request is not valid HTTP, or its URL has a sequence that is not allowed, such as // or an encoded slash";

    private StatusProblems() {}

    static Problem of(int status) {
        return switch (status) {
            case 400 -> Problem.of(ProblemCode.VALIDATION_FAILED, NOT_VALID);
            case 401 -> Problem.of(ProblemCode.API_KEY_MISSING, "API key is required");
            case 403 -> Problem.of(ProblemCode.API_KEY_INACTIVE, "Not allowed");
            case 404 -> Problem.of(ProblemCode.NOT_FOUND, "Not found");
            // A method, a transfer encoding or a version of HTTP that there is not: no failure of the gateway.
            case 501, 505 -> Problem.of(ProblemCode.VALIDATION_FAILED, NOT_VALID);
            default ->
                Arrays.stream(ProblemCode.values())
                        .filter(code -> code.status().value() == status)
                        .findFirst()
                        .map(code -> Problem.of(code, code.title()))
                        .orElseGet(() -> status < 500
                                ? Problem.of(ProblemCode.VALIDATION_FAILED, NOT_VALID)
                                : Problem.of(ProblemCode.INTERNAL_ERROR, "Internal error"));
        };
    }
}
