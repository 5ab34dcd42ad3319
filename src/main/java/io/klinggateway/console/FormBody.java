package io.klinggateway.console;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A form's fields as the body of the operators' call that they stand for: that call's rules then judge them. */
final class FormBody {

    /** A comma parts thousands and nothing else: 1,5 is not 15. */
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?(\\d{1,18}|\\d{1,3}(,\\d{3}){1,5})");

    private final ObjectNode body = JsonMapper.shared().createObjectNode();

    /** Left out if empty. */
    FormBody text(String name, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            body.put(name, value.strip());
        }
        return this;
    }

    /** Left out if empty. What is no whole number stays text, for the rule to be named. */
    FormBody number(String name, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            String number = value.strip();
            if (WHOLE_NUMBER.matcher(number).matches()) {
                body.put(name, Long.parseLong(number.replace(",", "")));
            } else {
                body.put(name, number);
            }
        }
        return this;
    }

    /** As {@link #number}, but null if empty: takes away what is there. */
    FormBody numberOrNone(String name, @Nullable String value) {
        return value == null || value.isBlank() ? none(name) : number(name, value);
    }

    private FormBody none(String name) {
        body.putNull(name);
        return this;
    }

    /** Left out if nothing is in it. */
    FormBody part(String name, FormBody part) {
        if (!part.body.isEmpty()) {
            body.set(name, part.body);
        }
        return this;
    }

    ObjectNode toJson() {
        return body;
    }
}
