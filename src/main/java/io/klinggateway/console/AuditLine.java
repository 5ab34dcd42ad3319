package io.klinggateway.console;

import io.klinggateway.admin.AuditEntry;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An entry of the audit for looking at.
 *
 * @param sentence what was done, to be read
 * @param changes what was different afterwards
 */
record AuditLine(AuditEntry entry, AuditSentence sentence, List<Change> changes) {

    /**
     * One value.
     *
     * @param field its name, under the names of what it is a part of
     * @param before null if there was none
     * @param after null if there is none any more
     */
    record Change(
            String field, @Nullable String before, @Nullable String after) {}

    static AuditLine of(AuditEntry entry) {
        return new AuditLine(entry, AuditSentence.of(entry), changes(values(entry.before()), values(entry.after())));
    }

    private static List<Change> changes(SequencedMap<String, String> before, SequencedMap<String, String> after) {
        SequencedSet<String> fields = new LinkedHashSet<>(before.keySet());
        fields.addAll(after.keySet());
        return fields.stream()
                .map(field -> new Change(field, before.get(field), after.get(field)))
                .filter(change -> !Objects.equals(change.before(), change.after()))
                .toList();
    }

    private static SequencedMap<String, String> values(@Nullable JsonNode whole) {
        SequencedMap<String, String> values = new LinkedHashMap<>();
        if (whole != null) {
            collect("", whole, values);
        }
        return values;
    }

    private static void collect(String name, JsonNode part, SequencedMap<String, String> values) {
        if (part.isObject()) {
            part.properties()
                    .forEach(field -> collect(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue(), values));
        } else if (!part.isNull()) {
            values.put(name, part.isString() ? part.asString() : part.toString());
        }
    }

    /** How whoever acted came in, and what allowed it. */
    public String wayIn() {
        String way = entry.wayIn()
                .name()
                .toLowerCase(Locale.ROOT)
                .replace('_', '-')
                .replace("single-sign-on", "single sign-on");
        return entry.role() == null ? way : entry.role().word() + ", by " + way;
    }

    /** What the entry's subject is called. */
    public String subjectKind() {
        return switch (entry.action().split("\\.", 2)[0]) {
            case "key" -> "Key";
            case "credits" -> "Journal entry";
            case "request" -> "Request";
            case "session" -> "Person";
            case "orphan" -> "Vendor job";
            case "notices" -> "Notice";
            default -> "Job";
        };
    }

    /** Whether the subject has a page of its own. */
    public boolean aboutJob() {
        return entry.subject() != null && subjectKind().equals("Job");
    }
}
