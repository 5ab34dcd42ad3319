package io.klinggateway.problem;

import io.klinggateway.support.PageCursor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads all parameters of a request before any of them is refused, so that the caller hears of every fault at once. For
 * one request, in one thread.
 */
public final class RequestParameters {

    private final Map<String, List<String>> faults = new LinkedHashMap<>();

    /**
     * @param text as it came; null if it did not
     * @param reader empty for a text that is not valid
     * @param rule what a valid text is, beginning with "must be"
     * @return null if the parameter is absent or not valid
     */
    public <T> @Nullable T read(String name, @Nullable String text, Function<String, Optional<T>> reader, String rule) {
        Optional<T> value = text == null ? Optional.empty() : reader.apply(text);
        if (text != null && value.isEmpty()) {
            refuse(name, rule + " " + RedactedValue.text(text));
        }
        return value.orElse(null);
    }

    /**
     * Where a list is to go on, in a parameter such as {@code cursor}.
     *
     * @return null if it is absent, for the newest, or not valid
     */
    public @Nullable PageCursor cursor(String name, @Nullable String text) {
        return read(name, text, PageCursor::decode, "must be a nextCursor of this list");
    }

    /**
     * How many items a list is asked for, in its parameter {@code limit}.
     *
     * @param otherwise if it is absent or not valid
     */
    public int limit(@Nullable String text, int otherwise, int highest) {
        Integer limit = read(
                "limit",
                text,
                value -> value.matches("[1-9]\\d{0,3}")
                        ? Optional.of(Integer.valueOf(value)).filter(number -> number <= highest)
                        : Optional.empty(),
                "must be an integer from 1 to " + highest);
        return limit == null ? otherwise : limit;
    }

    /** Notes a fault that was found in another way, such as by comparing two parameters. */
    public void refuse(String name, String rule) {
        faults.putIfAbsent(name, List.of(rule));
    }

    /** @throws ProblemException a 400 with every fault, if there is one */
    public void refuseInvalid() {
        if (!faults.isEmpty()) {
            throw new ProblemException(Problem.invalid(faults));
        }
    }
}
