package io.klinggateway.generation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a caller names its job by, for lists and reports of its own: at most {@link #MOST} names with a value each. The
 * vendor never sees them, and they are no part of what tells one request from another.
 */
public record Labels(SortedMap<String, String> pairs) {

    public static final String HEADER = "X-Gateway-Labels";
    public static final int MOST = 8;
    public static final String NAME = "[a-z][a-z0-9_-]{0,31}";

    /** Of a filter in a query, such as {@code project:spring}. */
    public static final String FILTER_RULE =
            "must be name:value, such as project:spring, or several with commas between";

    public static final Labels NONE = new Labels(Collections.emptySortedMap());

    private static final String RULE =
            "must be 1 to " + MOST + " pairs such as project=spring, with commas between; a name is " + NAME
                    + ", a value 1 to 64 visible ASCII characters without comma and equals sign";

    private static final Pattern PAIR = Pattern.compile("(" + NAME + ")=([!-~&&[^,=]]{1,64})");
    private static final Pattern FILTER = Pattern.compile("(" + NAME + "):([!-~&&[^,=]]{1,64})");
    private static final int LONGEST_ECHO = 100;
    private static final JsonMapper JSON = JsonMapper.shared();

    public Labels {
        pairs = Collections.unmodifiableSortedMap(pairs);
    }

    /**
     * @param header its value; null if the request has none
     * @throws ProblemException a 400 that names the header and the pair that is not valid
     */
    public static Labels parse(@Nullable String header) {
        if (header == null) {
            return NONE;
        }
        SortedMap<String, String> pairs = new TreeMap<>();
        for (String part : header.split(",", -1)) {
            Matcher pair = PAIR.matcher(part.strip());
            if (!pair.matches()) {
                throw invalid(RULE + "; not \"" + shown(part.strip()) + "\"");
            }
            if (pairs.put(pair.group(1), pair.group(2)) != null) {
                throw invalid("must name \"" + pair.group(1) + "\" once");
            }
        }
        if (pairs.size() > MOST) {
            throw invalid("must be at most " + MOST + " pairs, not " + pairs.size());
        }
        return new Labels(pairs);
    }

    private static ProblemException invalid(String message) {
        return new ProblemException(Problem.invalid(HEADER, message));
    }

    private static String shown(String part) {
        return part.length() > LONGEST_ECHO ? part.substring(0, LONGEST_ECHO) + "…" : part;
    }

    /**
     * Reads which labels a job must all have.
     *
     * @return empty if it is not as {@link #FILTER_RULE} says
     */
    public static Optional<Labels> filter(String text) {
        SortedMap<String, String> pairs = new TreeMap<>();
        for (String part : text.split(",", -1)) {
            Matcher pair = FILTER.matcher(part);
            if (!pair.matches() || pairs.put(pair.group(1), pair.group(2)) != null) {
                return Optional.empty();
            }
        }
        return pairs.size() > MOST ? Optional.empty() : Optional.of(new Labels(pairs));
    }

    /** As the column {@code labels} of a generation has them. */
    public static Map<String, String> of(ResultSet row) throws SQLException {
        String stored = row.getString("labels");
        return stored == null ? Map.of() : JSON.readValue(stored, new TypeReference<TreeMap<String, String>>() {});
    }

    /** For that column; null if there are none. */
    public @Nullable String toJson() {
        return pairs.isEmpty() ? null : JSON.writeValueAsString(pairs);
    }
}
