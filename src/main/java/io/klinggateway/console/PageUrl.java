package io.klinggateway.console;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/** The address of a page with what it is asked for, short enough to be sent to somebody: what is not asked for is left out. */
final class PageUrl {

    private final String path;
    private final SequencedMap<String, String> parameters;

    private PageUrl(String path, SequencedMap<String, String> parameters) {
        this.path = path;
        this.parameters = Collections.unmodifiableSequencedMap(parameters);
    }

    static PageUrl of(String path) {
        return new PageUrl(path, new LinkedHashMap<>());
    }

    /** @param value as text; none, or an empty one, takes the parameter away */
    public PageUrl with(String name, @Nullable Object value) {
        SequencedMap<String, String> changed = new LinkedHashMap<>(parameters);
        if (value == null || value.toString().isEmpty()) {
            changed.remove(name);
        } else {
            changed.put(name, value.toString());
        }
        return new PageUrl(path, changed);
    }

    public String path() {
        return path;
    }

    /** For the hidden fields of a form that goes there. */
    public SequencedMap<String, String> parameters() {
        return parameters;
    }

    @Override
    public String toString() {
        return parameters.isEmpty()
                ? path
                : parameters.entrySet().stream()
                        .map(parameter -> parameter.getKey() + "="
                                + UriUtils.encode(parameter.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&", path + "?", ""));
    }
}
