package io.klinggateway.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Refuses query parameters that a call does not have: whoever misspells a filter would be answered without it. */
@Component
class UnknownParameters implements HandlerInterceptor, WebMvcConfigurer {

    private final Routes routes;

    UnknownParameters(Routes routes) {
        this.routes = routes;
    }

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this).addPathPatterns("/v2/**", "/admin/v1/**");
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        Set<String> names = names(request.getQueryString());
        Object path = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        if (!names.isEmpty() && path != null) {
            String method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
            SequencedMap<String, List<String>> known = routes.parameters(method, path.toString());
            if (known != null) {
                names.removeAll(known.keySet());
                refuse(names, known, method + " " + path);
            }
        }
        return true;
    }

    private static void refuse(Set<String> unknown, SequencedMap<String, List<String>> known, String call) {
        if (!unknown.isEmpty()) {
            Map<String, List<String>> faults = new LinkedHashMap<>();
            unknown.forEach(name -> faults.put(
                    RedactedValue.name(name),
                    List.of("is not a parameter of " + call + " (" + hint(name, known) + ")")));
            throw new ProblemException(Problem.invalid(faults));
        }
    }

    private static String hint(String name, SequencedMap<String, List<String>> known) {
        return Suggestion.of(name, known.keySet())
                .map(meant -> "did you mean " + meant + values(known.get(meant)) + "?")
                .orElse(known.isEmpty() ? "it has none" : "it has " + String.join(", ", known.keySet()));
    }

    private static String values(@Nullable List<String> values) {
        return values == null || values.isEmpty() ? "" : ", one of " + String.join(", ", values);
    }

    /** Of the query alone: the container's parameters are also those of a form in the body, which it would read for them. */
    private static Set<String> names(@Nullable String query) {
        Set<String> names = new LinkedHashSet<>();
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&", -1)) {
                int end = pair.indexOf('=');
                String name = end < 0 ? pair : pair.substring(0, end);
                if (!pair.isEmpty()) {
                    names.add(decoded(name));
                }
            }
        }
        return names;
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            return name;
        }
    }
}
