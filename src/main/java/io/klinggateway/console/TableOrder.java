package io.klinggateway.console;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * In which order the rows of a short table stand, as its address says: {@code sort=left}, or {@code sort=-left} from the other
 * end. Long tables, of jobs, deliveries, entries and the audit, have one order: that of time, along which an index leads.
 */
final class TableOrder<T> {

    private static final String PARAMETER = "sort";
    private static final String BACKWARDS = "-";

    private final PageUrl address;
    private final Map<String, Comparator<T>> columns;
    private final String otherwise;
    private final String chosen;

    private TableOrder(PageUrl address, Map<String, Comparator<T>> columns, String otherwise, String chosen) {
        this.address = address;
        this.columns = columns;
        this.otherwise = otherwise;
        this.chosen = chosen;
    }

    /**
     * @param address of the page, without an order
     * @param asked what the address asks for; anything unknown is as nothing
     * @param columns by name; a name with a minus before it begins at the highest, as numbers should
     * @param otherwise as it is asked for
     */
    static <T> TableOrder<T> of(
            PageUrl address, @Nullable String asked, Map<String, Comparator<T>> columns, String otherwise) {
        String chosen =
                asked != null && (columns.containsKey(bare(asked)) || columns.containsKey(BACKWARDS + bare(asked)))
                        ? asked
                        : otherwise;
        return new TableOrder<>(address, columns, otherwise, chosen);
    }

    private static String bare(String order) {
        return order.startsWith(BACKWARDS) ? order.substring(1) : order;
    }

    /** Rows that are equal stay in the order that they had. */
    List<T> sorted(List<T> rows) {
        Comparator<T> upwards = columns.get(bare(chosen));
        Comparator<T> order = upwards == null ? Objects.requireNonNull(columns.get(BACKWARDS + bare(chosen))) : upwards;
        return rows.stream()
                .sorted(chosen.startsWith(BACKWARDS) ? order.reversed() : order)
                .toList();
    }

    /** The page in this order. */
    PageUrl here() {
        return address.with(PARAMETER, chosen.equals(otherwise) ? null : chosen);
    }

    /** Where the head of a column leads: to its order, or from one end to the other. */
    public PageUrl link(String column) {
        String first = columns.containsKey(BACKWARDS + column) ? BACKWARDS + column : column;
        String next = bare(chosen).equals(column) ? turned() : first;
        return address.with(PARAMETER, next.equals(otherwise) ? null : next);
    }

    private String turned() {
        return chosen.startsWith(BACKWARDS) ? bare(chosen) : BACKWARDS + chosen;
    }

    /** For assistive technology; null for a column that does not order the table. */
    public @Nullable String aria(String column) {
        return !bare(chosen).equals(column) ? null : chosen.startsWith(BACKWARDS) ? "descending" : "ascending";
    }
}
