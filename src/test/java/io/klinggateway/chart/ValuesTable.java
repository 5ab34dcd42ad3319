package io.klinggateway.chart;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.json.JsonMapper;

/** The chart's values as a table in Markdown: name, default, and the comment that stands right above. */
final class ValuesTable {

    private static final Pattern KEY = Pattern.compile("^( *)([A-Za-z][A-Za-z0-9]*):(.*)$");
    private static final Pattern COMMENT = Pattern.compile("^ *# (.*)$");
    private static final int INDENT = 2;

    private final Map<?, ?> values;
    private final JsonMapper json = JsonMapper.shared();
    private final List<String> rows = new ArrayList<>();
    private final Deque<String> path = new ArrayDeque<>();

    private ValuesTable(String yaml) {
        this.values = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        rows.add("| value | default | what it is |");
        rows.add("|---|---|---|");
        @Nullable String comment = null;
        var described = Integer.MAX_VALUE; // the depth of a described value, whose parts need no line
        for (var line : yaml.lines().toList()) {
            var commented = COMMENT.matcher(line);
            if (commented.matches()) {
                comment = commented.group(1);
                continue;
            }
            var key = KEY.matcher(line);
            if (key.matches()) {
                var depth = key.group(1).length() / INDENT;
                if (depth > described) {
                    continue;
                }
                enter(depth, key.group(2));
                described = comment == null ? Integer.MAX_VALUE : depth;
                if (comment != null) {
                    rows.add(row(comment));
                } else if (!key.group(3).isBlank()) {
                    throw new IllegalStateException(name() + " has no comment");
                }
            }
            comment = null;
        }
    }

    /** @throws IllegalStateException if a value has no comment */
    static String of(String yaml) {
        return String.join("\n", new ValuesTable(yaml).rows);
    }

    private void enter(int depth, String key) {
        while (path.size() > depth) {
            path.removeLast();
        }
        path.addLast(key);
    }

    private String name() {
        return String.join(".", path);
    }

    private String row(String comment) {
        @Nullable Object value = values;
        for (var key : path) {
            value = value instanceof Map<?, ?> map ? map.get(key) : null;
        }
        return "| `%s` | `%s` | %s |".formatted(name(), json.writeValueAsString(value), comment.replace("|", "\\|"));
    }
}
