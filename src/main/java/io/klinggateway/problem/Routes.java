package io.klinggateway.problem;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.core.MethodParameter;
import org.springframework.stereotype.Component;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** The calls that there are: their paths and query parameters, as the controllers declare them. */
@Component
public class Routes {

    private static final String TEAMS = "/v2/";
    private static final String OPERATORS = "/admin/v1/";
    private static final int MOST_SUGGESTED = 3;

    /** What a path may lack or have too much to be taken for another. */
    private static final int FARTHEST = 3;

    private final SingletonSupplier<RouteTable> declarations;

    /** @param mapping comes later: it asks for interceptors first, one of which needs this */
    Routes(@Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> mapping) {
        this.declarations = SingletonSupplier.of(() -> RouteTable.of(mapping.getObject()));
    }

    private record Call(String method, String path) {}

    /** @param parameters of each call, with the values that they may have where those are few */
    private record RouteTable(SequencedSet<String> paths, Map<Call, SequencedMap<String, List<String>>> parameters) {

        static RouteTable of(RequestMappingHandlerMapping mapping) {
            RouteTable all = new RouteTable(new TreeSet<>(), new HashMap<>());
            mapping.getHandlerMethods().forEach(all::add);
            return all;
        }

        private void add(RequestMappingInfo info, HandlerMethod handler) {
            for (String path : info.getPatternValues()) {
                if (path.startsWith(TEAMS) || path.startsWith(OPERATORS)) {
                    paths.add(path);
                    for (RequestMethod method : info.getMethodsCondition().getMethods()) {
                        parameters
                                .computeIfAbsent(new Call(method.name(), path), _ -> new LinkedHashMap<>())
                                .putAll(parametersOf(handler));
                    }
                }
            }
        }

        private static SequencedMap<String, List<String>> parametersOf(HandlerMethod handler) {
            SequencedMap<String, List<String>> parameters = new LinkedHashMap<>();
            for (MethodParameter parameter : handler.getMethodParameters()) {
                RequestParam declared = parameter.getParameterAnnotation(RequestParam.class);
                if (declared != null) {
                    String name =
                            declared.name().isEmpty() ? parameter.getParameter().getName() : declared.name();
                    Schema schema = parameter.getParameterAnnotation(Schema.class);
                    parameters.put(name, schema == null ? List.of() : List.of(schema.allowableValues()));
                }
            }
            return parameters;
        }
    }

    /**
     * The query parameters that a call has, with the values that each may have; no values where they are many.
     *
     * @param path as the controller declares it, with the names of its variables
     * @return null if there is no such call
     */
    @Nullable
    SequencedMap<String, List<String>> parameters(String method, String path) {
        return declarations.obtain().parameters().get(new Call(method, path));
    }

    /** Says that there is nothing at a path, and which path may be meant; the second half of a sentence. */
    public String nothingAt(String path) {
        String sent = path.startsWith("/") ? path : "/" + path;
        String there = "there is no " + RedactedValue.name(sent);
        boolean operators = sent.startsWith("/admin");
        List<String> paths = declarations.obtain().paths().stream()
                .filter(each -> each.startsWith(OPERATORS) == operators)
                .toList();
        List<String> near = near(sent, paths);
        if (!near.isEmpty()) {
            return there + "; did you mean " + String.join(" or ", near) + "?";
        }
        return operators || (sent + "/").startsWith(TEAMS)
                ? there + "; there are " + String.join(", ", operators ? withoutVariables(paths) : paths)
                : there + "; the API is under /v2, and described at /swagger-ui.html";
    }

    private static List<String> withoutVariables(List<String> paths) {
        return paths.stream().filter(path -> !path.contains("{")).toList();
    }

    private static List<String> near(String sent, List<String> paths) {
        record Near(String path, int distance) {}
        String end = sent.length() > 1 && sent.endsWith("/") ? sent.substring(0, sent.length() - 1) : sent;
        List<Near> all = paths.stream()
                .map(path -> new Near(path, path.endsWith(end) ? 0 : distance(end, path)))
                .filter(near -> near.distance() <= FARTHEST)
                .sorted(Comparator.comparingInt(Near::distance))
                .toList();
        return all.stream()
                .takeWhile(near -> near.distance() == all.getFirst().distance())
                .limit(MOST_SUGGESTED)
                .map(Near::path)
                .toList();
    }

    /** More than {@link #FARTHEST} if a part of the path is another word. */
    private static int distance(String sent, String path) {
        List<String> written = List.of(sent.substring(1).split("/", -1));
        List<String> parts = List.of(path.substring(1).split("/", -1));
        int missing = Math.abs(written.size() - parts.size());
        if (missing > 1 || written.size() == 1) {
            return FARTHEST + 1;
        }
        int distance = 2 * missing;
        for (int place = 0; place < Math.min(written.size(), parts.size()); place++) {
            String part = parts.get(place);
            if (!part.startsWith("{") && !part.equals(written.get(place))) {
                if (!Suggestion.isNear(written.get(place), part)) {
                    return FARTHEST + 1;
                }
                distance += 1;
            }
        }
        return distance;
    }
}
