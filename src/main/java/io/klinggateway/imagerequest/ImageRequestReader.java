package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.RedactedValue;
import io.klinggateway.problem.Suggestion;
import jakarta.validation.Validator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a caller's bytes as strictly as the vendor does, and finds every violation in one pass: shape and types here,
 * the values by the constraints of the records. JSON numbers are read as JavaScript reads them, so {@code 2.0} is an
 * integer.
 */
@Component
public class ImageRequestReader {

    private static final String PARAMS = "klingImageParams";
    private static final String WEBHOOK_URL = "webhookUrl";
    private static final List<String> REQUEST_NAMES = names(ImageRequest.class);
    private static final List<String> PARAMS_NAMES = names(KlingImageParams.class);

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private final Validator validator;

    ImageRequestReader(Validator validator) {
        this.validator = validator;
    }

    /** As JSON has them. */
    private static List<String> names(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(component -> {
                    JsonProperty wire = component.getAccessor().getAnnotation(JsonProperty.class);
                    return wire == null ? component.getName() : wire.value();
                })
                .toList();
    }

    /**
     * @param webhookRule which rule of the gateway's a {@code webhookUrl} breaks, if any
     * @throws JacksonException if the bytes are not one JSON value
     * @throws InvalidImageRequest if the value is not a valid request
     */
    public ImageRequest read(byte[] body, Function<String, Optional<String>> webhookRule) {
        JsonNode root = json.readValue(body, JsonNode.class);
        Violations violations = new Violations();
        if (!root.isObject()) {
            violations.add(Problem.BODY, "must be an object " + RedactedValue.json(root));
            throw violations.toException();
        }
        ObjectReader object = new ObjectReader(root, "", ImageRequest.class, violations);
        object.refuseUnknown(REQUEST_NAMES, PARAMS_NAMES, name -> PARAMS + "." + name);
        String prompt = object.text("prompt", "prompt", RedactedValue::length);
        String model = object.text("model", "model", RedactedValue::json);
        KlingImageParams params = object.object(PARAMS, this::readParams);
        String webhookUrl = root.path(WEBHOOK_URL).isNull() ? ImageRequest.NO_WEBHOOK : readUrl(object, webhookRule);
        List<WebhookEvent> webhookEvents = object.list("webhookEvents", WebhookEvent.values(), WebhookEvent::wire);
        if (!violations.isEmpty() || prompt == null || model == null) {
            throw violations.toException();
        }
        return new ImageRequest(prompt, model, params, webhookUrl, webhookEvents);
    }

    private static @Nullable String readUrl(ObjectReader object, Function<String, Optional<String>> rule) {
        String url = object.text(WEBHOOK_URL, WEBHOOK_URL, RedactedValue::url);
        if (url != null) {
            rule.apply(url).ifPresent(broken -> object.refuse(WEBHOOK_URL, broken, RedactedValue::url));
        }
        return url;
    }

    private KlingImageParams readParams(ObjectReader object) {
        object.refuseUnknown(PARAMS_NAMES, REQUEST_NAMES, name -> name + " beside " + PARAMS);
        return new KlingImageParams(
                object.choice("model_name", "modelName", KlingVersion.values(), KlingVersion::wire),
                object.text("negative_prompt", "negativePrompt", RedactedValue::length),
                object.text("image", "image", RedactedValue::url),
                object.number("image_fidelity", "imageFidelity"),
                object.integer("n"),
                object.choice("aspect_ratio", "aspectRatio", AspectRatio.values(), AspectRatio::wire));
    }

    private static final class Violations {

        private final Map<String, List<String>> messagesByPath = new LinkedHashMap<>();

        void add(String path, String message) {
            List<String> messages = messagesByPath.computeIfAbsent(path, _ -> new ArrayList<>());
            if (!messages.contains(message)) {
                messages.add(message);
            }
        }

        boolean isEmpty() {
            return messagesByPath.isEmpty();
        }

        InvalidImageRequest toException() {
            return new InvalidImageRequest(messagesByPath);
        }
    }

    /** Takes the known properties out of one JSON object; a value that violates a rule is noted and read as null. */
    private final class ObjectReader {

        private final JsonNode object;
        private final String prefix;
        private final Class<?> type;
        private final Violations violations;

        ObjectReader(JsonNode object, String prefix, Class<?> type, Violations violations) {
            this.object = object;
            this.prefix = prefix;
            this.type = type;
            this.violations = violations;
        }

        @Nullable
        String text(String name, String component, Function<JsonNode, String> shown) {
            return value(
                    name, component, "must be a string", node -> node.isString() ? node.stringValue() : null, shown);
        }

        @Nullable
        Double number(String name, String component) {
            return value(
                    name,
                    component,
                    "must be a number",
                    node -> node.isNumber() ? node.doubleValue() : null,
                    RedactedValue::json);
        }

        @Nullable
        Integer integer(String name) {
            return value(name, name, "must be an integer", ImageRequestReader::asInteger, RedactedValue::json);
        }

        <E extends Enum<E>> @Nullable E choice(String name, String component, E[] choices, Function<E, String> wire) {
            return value(
                    name, component, oneOf(choices, wire), node -> choose(node, choices, wire), RedactedValue::json);
        }

        <E extends Enum<E>> @Nullable List<E> list(String name, E[] choices, Function<E, String> wire) {
            return value(
                    name,
                    name,
                    "must be an array with some of " + join(choices, wire),
                    node -> choices(name, node, choices, wire),
                    RedactedValue::json);
        }

        private <E extends Enum<E>> @Nullable List<E> choices(
                String name, JsonNode array, E[] choices, Function<E, String> wire) {
            if (!array.isArray()) {
                return null;
            }
            List<E> chosen = new ArrayList<>();
            for (int index = 0; index < array.size(); index++) {
                JsonNode node = array.get(index);
                E choice = choose(node, choices, wire);
                if (choice == null) {
                    violations.add(
                            prefix + name + "[" + index + "]", oneOf(choices, wire) + " " + RedactedValue.json(node));
                } else {
                    chosen.add(choice);
                }
            }
            // Wrong elements are noted already; an empty rest must not count as an empty array beside.
            return chosen.size() == array.size() ? List.copyOf(chosen) : List.of(choices);
        }

        <T> @Nullable T object(String name, Function<ObjectReader, T> reader) {
            return value(
                    name,
                    name,
                    "must be an object",
                    node -> node.isObject()
                            ? reader.apply(
                                    new ObjectReader(node, prefix + name + ".", KlingImageParams.class, violations))
                            : null,
                    RedactedValue::json);
        }

        /**
         * Before all other faults: a name that is misspelt is often why another one is missing.
         *
         * @param elsewhere names of the other level, which a name may mean as well
         */
        void refuseUnknown(List<String> known, List<String> elsewhere, UnaryOperator<String> placed) {
            List<String> all = Stream.of(known, elsewhere).flatMap(List::stream).toList();
            object.propertyNames().stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> violations.add(
                            prefix + RedactedValue.name(name),
                            "is not a known property "
                                    + Suggestion.of(name, all)
                                            .map(meant -> known.contains(meant) ? meant : placed.apply(meant))
                                            .map(meant -> "(did you mean " + meant + "?)")
                                            .orElse("(known are " + String.join(", ", known) + ")")));
        }

        void refuse(String name, String rule, Function<JsonNode, String> shown) {
            violations.add(prefix + name, rule + " " + shown.apply(object.get(name)));
        }

        private <T> @Nullable T value(
                String name,
                String component,
                String wrongType,
                Function<JsonNode, @Nullable T> reader,
                Function<JsonNode, String> shown) {
            JsonNode node = object.get(name);
            T value = node == null ? null : reader.apply(node);
            var broken = validator.validateValue(type, component, value);
            if (node == null) {
                broken.forEach(violation -> violations.add(prefix + name, violation.getMessage()));
            } else if (value != null) {
                broken.forEach(violation -> refuse(name, violation.getMessage(), shown));
            } else if (node.isNull() && broken.isEmpty()) {
                violations.add(prefix + name, "must be left out rather than null");
            } else {
                refuse(name, wrongType, shown);
            }
            return broken.isEmpty() ? value : null;
        }
    }

    private static @Nullable Integer asInteger(JsonNode node) {
        if (!node.isNumber()) {
            return null;
        }
        double value = node.doubleValue();
        // Beyond int's range the cast saturates, and the range constraint refuses what is left.
        return value == Math.rint(value) ? Integer.valueOf((int) value) : null;
    }

    private static <E extends Enum<E>> @Nullable E choose(JsonNode node, E[] choices, Function<E, String> wire) {
        return Arrays.stream(choices)
                .filter(choice -> node.isString() && Objects.equals(wire.apply(choice), node.stringValue()))
                .findFirst()
                .orElse(null);
    }

    private static <E extends Enum<E>> String oneOf(E[] choices, Function<E, String> wire) {
        return "must be one of " + join(choices, wire);
    }

    private static <E extends Enum<E>> String join(E[] choices, Function<E, String> wire) {
        return Arrays.stream(choices).map(wire).collect(Collectors.joining(", "));
    }
}
