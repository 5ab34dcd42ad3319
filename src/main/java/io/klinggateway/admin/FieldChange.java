package io.klinggateway.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One value that becomes another.
 *
 * @param field its path; of a list of things with names, the name in place of a number
 * @param from absent if there was none
 * @param to absent if there is none any more
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FieldChange(
        @Schema(example = "budget.limit") String field,
        @Schema(type = "object", example = "5000") @Nullable JsonNode from,
        @Schema(type = "object", example = "6000") @Nullable JsonNode to) {

    static List<FieldChange> between(@Nullable JsonNode before, JsonNode after) {
        SequencedMap<String, JsonNode> old = values(before);
        SequencedMap<String, JsonNode> now = values(after);
        SequencedSet<String> fields = new LinkedHashSet<>(now.keySet());
        fields.addAll(old.keySet());
        List<FieldChange> changes = new ArrayList<>();
        for (String field : fields) {
            if (!Objects.equals(old.get(field), now.get(field))) {
                changes.add(new FieldChange(field, old.get(field), now.get(field)));
            }
        }
        return changes;
    }

    /** In a rehearsal an id that is new is none that will stay. */
    FieldChange withoutNewId() {
        return field.equals("id") || field.endsWith(".id") ? new FieldChange(field, from, null) : this;
    }

    private static SequencedMap<String, JsonNode> values(@Nullable JsonNode whole) {
        SequencedMap<String, JsonNode> values = new LinkedHashMap<>();
        if (whole != null) {
            collect("", whole, values);
        }
        return values;
    }

    private static void collect(String path, JsonNode value, SequencedMap<String, JsonNode> values) {
        String prefix = path.isEmpty() ? "" : path + ".";
        if (value.isObject()) {
            value.properties().forEach(field -> collect(prefix + field.getKey(), field.getValue(), values));
        } else if (value.isArray()
                && !value.isEmpty()
                && value.valueStream().allMatch(item -> item.hasNonNull("name"))) {
            value.forEach(item -> collect(prefix + item.path("name").asString(), item, values));
        } else {
            values.put(path, value);
        }
    }
}
