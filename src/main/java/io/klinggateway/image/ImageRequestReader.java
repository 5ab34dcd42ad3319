package io.klinggateway.image;

import jakarta.validation.Validator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
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

    private static final String ROOT = "$";

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();
    private final Validator validator;

    ImageRequestReader(Validator validator) {
        this.validator = validator;
    }

    /**
     * @throws JacksonException if the bytes are not one JSON value
     * @throws InvalidImageRequest if the value is not a valid request
     */
    public ImageRequest read(byte[] body) {
        JsonNode root = json.readValue(body, JsonNode.class);
        Violations violations = new Violations();
        if (!root.isObject()) {
            violations.add(ROOT, "must be an object");
            throw violations.toException();
        }
        ObjectReader object = new ObjectReader(root, "", ImageRequest.class, violations);
        String prompt = object.text("prompt");
        String model = object.text("model");
        KlingImageParams params = object.object("klingImageParams", this::readParams);
        String webhookUrl = object.text("webhookUrl");
        List<WebhookEvent> webhookEvents = object.list("webhookEvents", WebhookEvent.values(), WebhookEvent::wire);
        object.refuseUnknown();
        if (!violations.isEmpty() || prompt == null || model == null) {
            throw violations.toException();
        }
        return new ImageRequest(prompt, model, params, webhookUrl, webhookEvents);
    }

    private KlingImageParams readParams(ObjectReader object) {
        KlingImageParams params = new KlingImageParams(
                object.choice("model_name", "modelName", ModelName.values(), ModelName::wire),
                object.text("negative_prompt", "negativePrompt"),
                object.text("image"),
                object.number("image_fidelity", "imageFidelity"),
                object.integer("n"),
                object.choice("aspect_ratio", "aspectRatio", AspectRatio.values(), AspectRatio::wire));
        object.refuseUnknown();
        return params;
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
        private final Set<String> known = new LinkedHashSet<>();

        ObjectReader(JsonNode object, String prefix, Class<?> type, Violations violations) {
            this.object = object;
            this.prefix = prefix;
            this.type = type;
            this.violations = violations;
        }

        @Nullable
        String text(String name) {
            return text(name, name);
        }

        @Nullable
        String text(String name, String component) {
            return value(name, component, "must be a string", node -> node.isString() ? node.stringValue() : null);
        }

        @Nullable
        Double number(String name, String component) {
            return value(name, component, "must be a number", node -> node.isNumber() ? node.doubleValue() : null);
        }

        @Nullable
        Integer integer(String name) {
            return value(name, name, "must be an integer", ImageRequestReader::asInteger);
        }

        <E extends Enum<E>> @Nullable E choice(String name, String component, E[] choices, Function<E, String> wire) {
            return value(name, component, oneOf(choices, wire), node -> choose(node, choices, wire));
        }

        <E extends Enum<E>> @Nullable List<E> list(String name, E[] choices, Function<E, String> wire) {
            return value(name, name, "must be an array", node -> {
                if (!node.isArray()) {
                    return null;
                }
                List<E> chosen = new ArrayList<>();
                for (int index = 0; index < node.size(); index++) {
                    E choice = choose(node.get(index), choices, wire);
                    if (choice == null) {
                        violations.add(prefix + name + "[" + index + "]", oneOf(choices, wire));
                    } else {
                        chosen.add(choice);
                    }
                }
                // Wrong elements are noted already; an empty rest must not count as an empty array beside.
                return chosen.size() == node.size() ? List.copyOf(chosen) : List.of(choices);
            });
        }

        <T> @Nullable T object(String name, Function<ObjectReader, T> reader) {
            return value(
                    name,
                    name,
                    "must be an object",
                    node -> node.isObject()
                            ? reader.apply(
                                    new ObjectReader(node, prefix + name + ".", KlingImageParams.class, violations))
                            : null);
        }

        void refuseUnknown() {
            object.propertyNames().stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> violations.add(prefix + name, "is not a known property"));
        }

        private <T> @Nullable T value(
                String name, String component, String wrongType, Function<JsonNode, @Nullable T> reader) {
            known.add(name);
            JsonNode node = object.get(name);
            T value = node == null ? null : reader.apply(node);
            if (node != null && value == null) {
                violations.add(prefix + name, wrongType);
                return null;
            }
            var broken = validator.validateValue(type, component, value);
            broken.forEach(violation -> violations.add(prefix + name, violation.getMessage()));
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
        return "must be one of " + Arrays.stream(choices).map(wire).collect(Collectors.joining(", "));
    }
}
