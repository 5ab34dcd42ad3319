package io.klinggateway.console;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The rows of a form in which a budget's windows are written. */
final class WindowFields {

    private static final Pattern FIELD = Pattern.compile("(.*)windows\\[(\\d{1,3})]\\.(.*)");
    private static final Pattern LIMIT = Pattern.compile(".*windows\\[(\\d{1,3})]\\.(?:limit|shadowLimit)");

    private WindowFields() {}

    /** A window whose limits are both left empty is taken away; the others are counted anew. */
    static Map<String, String> withoutEmpty(Map<String, String> form) {
        List<Integer> kept = form.entrySet().stream()
                .filter(field -> !field.getValue().isBlank())
                .map(field -> LIMIT.matcher(field.getKey()))
                .filter(Matcher::matches)
                .map(field -> Integer.valueOf(field.group(1)))
                .distinct()
                .sorted()
                .toList();
        Map<String, String> renamed = new LinkedHashMap<>();
        form.forEach((name, value) -> {
            Matcher window = FIELD.matcher(name);
            int place = window.matches() ? kept.indexOf(Integer.valueOf(window.group(2))) : -1;
            if (!window.matches()) {
                renamed.put(name, value);
            } else if (place >= 0) {
                renamed.put(window.group(1) + "windows[" + place + "]." + window.group(3), value);
            }
        });
        return renamed;
    }
}
