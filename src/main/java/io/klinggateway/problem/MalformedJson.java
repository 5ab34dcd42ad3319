package io.klinggateway.problem;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;

/** Says of a body that is not JSON where it ceases to be, and why; never what else stands there. */
public final class MalformedJson {

    private static final Pattern UNEXPECTED = Pattern.compile(
            "Unexpected character \\('(.)' \\(code \\d+\\)\\)(?:: (?:was )?expect(?:ing|ed) (?<expected>[A-Za-z'"
                    + " -]+))?.*",
            Pattern.DOTALL);

    private MalformedJson() {}

    /** @param body all of it */
    public static Problem problem(JacksonException malformed, byte[] body) {
        return isBlank(body)
                ? empty()
                : Problem.of(
                        ProblemCode.MALFORMED_JSON,
                        "The body is not valid JSON" + place(malformed.getLocation(), body) + cause(malformed));
    }

    /** There is no body, or only blanks. */
    public static Problem empty() {
        return Problem.of(ProblemCode.MALFORMED_JSON, "The body is empty; it must be a JSON object");
    }

    private static boolean isBlank(byte[] body) {
        for (byte each : body) {
            if (each < 0 || each > ' ' || each == 0) {
                return false;
            }
        }
        return true;
    }

    private static String place(@Nullable TokenStreamLocation location, byte[] body) {
        return location == null || location.getLineNr() < 1
                ? ""
                : " at line " + location.getLineNr() + ", column " + column(location, body);
    }

    /** In characters; the parser counts bytes. */
    private static int column(TokenStreamLocation location, byte[] body) {
        int start = 0;
        for (int line = 1; line < location.getLineNr() && start < body.length; start++) {
            line += body[start] == '\n' ? 1 : 0;
        }
        int length = Math.clamp(location.getColumnNr() - 1L, 0, body.length - start);
        return new String(body, start, length, StandardCharsets.UTF_8).length() + 1;
    }

    private static String cause(JacksonException malformed) {
        String said = String.valueOf(malformed.getOriginalMessage());
        Matcher unexpected = UNEXPECTED.matcher(said);
        if (unexpected.matches()) {
            return unexpected(unexpected.group(1), unexpected.group("expected"));
        }
        if (said.startsWith("Unexpected end-of-input")) {
            return ": it ends too early; a quotation mark or a bracket is not closed";
        }
        if (said.startsWith("Unrecognized token")) {
            return ": names and texts must stand in double quotes";
        }
        if (said.startsWith("Illegal unquoted character")) {
            return ": a line break or control character in a text must be escaped, such as \\n";
        }
        if (said.startsWith("Non-standard token")) {
            return ": there is no such number in JSON";
        }
        if (said.startsWith("Invalid UTF-8")) {
            return ": it is not UTF-8";
        }
        if (said.startsWith("Trailing token")) {
            return ": something follows the first value";
        }
        return malformed instanceof StreamConstraintsException ? ": a number, a name or the nesting is too long" : "";
    }

    private static String unexpected(String character, @Nullable String expected) {
        if (character.equals("'")) {
            return ": names and texts must stand in double quotes, not in single ones";
        }
        return ": unexpected " + character + (expected == null ? "" : ", expected " + expected.strip());
    }
}
