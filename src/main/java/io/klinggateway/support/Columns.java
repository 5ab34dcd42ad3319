package io.klinggateway.support;

import java.util.Collection;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Rows as arrays, one for each column: PostgreSQL takes many rows in one statement so. */
public final class Columns {

    private Columns() {}

    /**
     * @param array makes the column's array
     * @param value of the column in a row; null where a row has none
     */
    public static <T, C extends @Nullable Object> C[] of(
            Collection<T> rows, IntFunction<C[]> array, Function<T, C> value) {
        return rows.stream().map(value).toArray(array);
    }
}
