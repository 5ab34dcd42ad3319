package io.klinggateway.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A form whose fields are read within the limits of bodies; Tomcat, which reads them otherwise, knows none of time. */
final class FormRequest extends HttpServletRequestWrapper {

    private static final int MOST_FIELDS = 1000;

    private @Nullable Map<String, String[]> parameters;

    FormRequest(HttpServletRequest request) {
        super(request);
    }

    /** @throws ProblemException if it is no form, or exceeds a limit */
    @Override
    public Map<String, String[]> getParameterMap() {
        Map<String, String[]> known = parameters;
        if (known == null) {
            parameters = Map.of(); // what cannot be read fails once: the page that says so asks again
            try {
                known = Collections.unmodifiableMap(read());
            } catch (IOException broken) {
                throw notAForm();
            }
            parameters = known;
        }
        return known;
    }

    private Map<String, String[]> read() throws IOException {
        String body = new String(getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        Map<String, List<String>> fields = new LinkedHashMap<>();
        // The body is read, so that these are the query's alone.
        super.getParameterMap().forEach((name, values) -> fields.put(name, new ArrayList<>(List.of(values))));
        String[] pairs = body.split("&", -1);
        if (pairs.length > MOST_FIELDS) {
            throw notAForm();
        }
        for (String pair : pairs) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                fields.computeIfAbsent(decoded(name), _ -> new ArrayList<>())
                        .add(equals < 0 ? "" : decoded(pair.substring(equals + 1)));
            }
        }
        Map<String, String[]> read = new LinkedHashMap<>();
        fields.forEach((name, values) -> read.put(name, values.toArray(String[]::new)));
        return read;
    }

    /** Bytes that were not encoded as they had to be are the text that they would be in UTF-8. */
    private static String decoded(String text) {
        try {
            String bytes = URLDecoder.decode(text, StandardCharsets.ISO_8859_1);
            return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException broken) {
            throw notAForm();
        }
    }

    private static ProblemException notAForm() {
        return new ProblemException(StatusProblems.of(400));
    }

    @Override
    public @Nullable String getParameter(String name) {
        String[] values = getParameterMap().get(name);
        return values == null ? null : values[0];
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        String[] values = getParameterMap().get(name);
        return values == null ? null : values.clone();
    }
}
