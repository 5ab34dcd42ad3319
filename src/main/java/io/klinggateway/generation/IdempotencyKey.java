package io.klinggateway.generation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.RedactedValue;
import java.util.regex.Pattern;

/** Makes a call repeatable: 1 to 255 visible ASCII characters that name it within its tenant. */
public record IdempotencyKey(String value) {

    public static final String HEADER = "Idempotency-Key";

    private static final Pattern VISIBLE_ASCII = Pattern.compile("[!-~]{1,255}");

    public IdempotencyKey {
        if (!VISIBLE_ASCII.matcher(value).matches()) {
            throw new ProblemException(Problem.invalid(
                    HEADER, "must be 1 to 255 visible ASCII characters without spaces " + RedactedValue.text(value)));
        }
    }
}
