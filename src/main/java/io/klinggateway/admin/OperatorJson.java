package io.klinggateway.admin;

import io.klinggateway.admin.DefaultWebhookTerms.AfterBinding;
import io.klinggateway.problem.MalformedJson;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.RedactedValue;
import io.klinggateway.problem.Suggestion;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.Validator;
import jakarta.validation.groups.Default;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.exc.InvalidFormatException;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads operators' JSON strictly: no unknown properties, no text for a number, no fractions, no overflow. */
@Component
class OperatorJson {

    private static final Set<Class<?>> WHOLE_NUMBERS = Set.of(long.class, Long.class, int.class, Integer.class);

    private final JsonMapper json = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                    DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();
    private final Validator validator;

    OperatorJson(Validator validator) {
        this.validator = validator;
    }

    /** @throws ProblemException if the bytes are not one JSON object */
    ObjectNode object(byte[] body) {
        try {
            JsonNode root = json.readTree(body);
            if (root instanceof ObjectNode object) {
                refuseBrokenText("", object);
                return object;
            }
            if (!root.isMissingNode()) {
                throw new ProblemException(
                        Problem.invalid(Problem.BODY, "must be an object " + RedactedValue.json(root)));
            }
        } catch (JacksonException malformed) {
            throw new ProblemException(MalformedJson.problem(malformed, body));
        }
        throw new ProblemException(MalformedJson.empty());
    }

    /**
     * The same of YAML.
     *
     * @throws ProblemException if the bytes are not one mapping of plain values
     */
    ObjectNode yamlObject(byte[] body) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        try {
            Object read = new Yaml(new SafeConstructor(options)).load(new String(body, StandardCharsets.UTF_8));
            if (read != null && json.<JsonNode>valueToTree(read) instanceof ObjectNode object) {
                refuseBrokenText("", object);
                return object;
            }
        } catch (YAMLException | JacksonException malformed) {
            throw new ProblemException(
                    Problem.of(ProblemCode.MALFORMED_JSON, "The body must be a YAML mapping without anchors"));
        }
        throw new ProblemException(Problem.invalid(Problem.BODY, "must be a mapping"));
    }

    /** PostgreSQL's text has neither, though JSON can carry both. */
    private static void refuseBrokenText(String path, JsonNode value) {
        if (value instanceof ObjectNode object) {
            object.properties().forEach(property -> {
                String name = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
                refuseBrokenText(path.isEmpty() ? Problem.BODY : path, property.getKey());
                refuseBrokenText(name, property.getValue());
            });
        } else if (value instanceof ArrayNode list) {
            for (int index = 0; index < list.size(); index++) {
                refuseBrokenText(path + "[" + index + "]", list.get(index));
            }
        } else if (value.isString()) {
            refuseBrokenText(path, value.stringValue());
        }
    }

    private static void refuseBrokenText(String path, String text) {
        if (text.codePoints().anyMatch(unit -> unit == 0 || (unit >= 0xD800 && unit <= 0xDFFF))) {
            throw new ProblemException(Problem.invalid(path, "must have no NUL and no half of a surrogate pair"));
        }
    }

    /** @throws ProblemException if it is not a valid one of its type */
    <T extends OperatorBody> T read(ObjectNode object, Class<T> type) {
        T body = bind(object, type);
        Map<String, List<String>> violations = validator.validate(body, Default.class, AfterBinding.class).stream()
                .collect(Collectors.groupingBy(
                        violation -> violation.getPropertyPath().toString(),
                        TreeMap::new,
                        Collectors.mapping(OperatorJson::message, Collectors.toList())));
        if (!violations.isEmpty()) {
            throw new ProblemException(Problem.invalid(violations));
        }
        return body;
    }

    private static String message(ConstraintViolation<?> violation) {
        return switch (violation.getInvalidValue()) {
            case Number number
            when !violation.getMessage().contains(", not ") -> violation.getMessage() + " (got " + number + ")";
            // Where notices and webhooks go is a secret.
            case String text
            when !violation.getPropertyPath().toString().matches("(.*\\.)?(target|defaultWebhook\\.url)") ->
                violation.getMessage() + " " + RedactedValue.text(text);
            case null, default -> violation.getMessage();
        };
    }

    private <T> T bind(ObjectNode object, Class<T> type) {
        try {
            return json.treeToValue(object, type);
        } catch (JacksonException unfit) {
            throw new ProblemException(Problem.invalid(path(unfit), message(unfit) + sent(unfit, object)));
        }
    }

    /** What is sent. */
    ObjectNode answer(Object value) {
        return (ObjectNode) json.<JsonNode>valueToTree(value);
    }

    /** What is stored of an answer or a state: plain values, and no null ones. */
    ObjectNode tree(Object value) {
        return withoutNulls(answer(value));
    }

    private static ObjectNode withoutNulls(ObjectNode object) {
        object.removeIf(JsonNode::isNull);
        object.forEach(OperatorJson::takeNulls);
        return object;
    }

    private static void takeNulls(JsonNode value) {
        switch (value) {
            case ObjectNode nested -> withoutNulls(nested);
            case ArrayNode list -> list.forEach(OperatorJson::takeNulls);
            default -> {}
        }
    }

    JsonNode parse(String stored) {
        return json.readTree(stored);
    }

    /** What was stored of an answer, perhaps by another version: it may have had more properties. */
    <T> T stored(String answer, Class<T> type) {
        return json.readerFor(type)
                .without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .readValue(answer);
    }

    private static String path(JacksonException unfit) {
        String path = unfit.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        return path.isEmpty() ? Problem.BODY : path.substring(path.startsWith(".") ? 1 : 0);
    }

    /** What stands where the exception says; nothing of a property that is not known. */
    private static String sent(JacksonException unfit, JsonNode object) {
        JsonNode sent = object;
        for (JacksonException.Reference step : unfit.getPath()) {
            sent = step.getPropertyName() == null ? sent.path(step.getIndex()) : sent.path(step.getPropertyName());
        }
        return unfit instanceof UnrecognizedPropertyException || sent.isMissingNode()
                ? ""
                : " " + RedactedValue.json(sent);
    }

    private static String message(JacksonException unfit) {
        if (unfit instanceof UnrecognizedPropertyException unrecognized) {
            List<String> known = unrecognized.getKnownPropertyIds().stream()
                    .map(Object::toString)
                    .toList();
            return "is not a known property "
                    + Suggestion.of(unrecognized.getPropertyName(), known)
                            .map(meant -> "(did you mean " + meant + "?)")
                            .orElse("(known are " + String.join(", ", known) + ")");
        }
        if (unfit instanceof InvalidFormatException format
                && format.getTargetType().isEnum()) {
            return "must be one of "
                    + Arrays.stream(format.getTargetType().getEnumConstants())
                            .map(Object::toString)
                            .collect(Collectors.joining(", "));
        }
        if (unfit instanceof MismatchedInputException mismatch
                && mismatch.getTargetType() != null
                && WHOLE_NUMBERS.contains(mismatch.getTargetType())) {
            return "must be a whole number";
        }
        return unfit instanceof DatabindException ? "has the wrong type" : "is out of range";
    }
}
