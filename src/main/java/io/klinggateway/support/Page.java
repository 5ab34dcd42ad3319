package io.klinggateway.support;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list.
 *
 * @param nextCursor where the next part begins; null at the end, and then absent in JSON
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Page<T>(List<T> items, @Nullable String nextCursor) {

    /**
     * @param found one more than {@code limit}, if there are more
     * @param cursor of the last item that is shown
     */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, ?> cursor) {
        List<T> shown = found.subList(0, Math.min(limit, found.size()));
        return new Page<>(shown, found.size() > limit ? String.valueOf(cursor.apply(shown.getLast())) : null);
    }
}
