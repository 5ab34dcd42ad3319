package io.klinggateway.simulator;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The vendor's rules for POST /v2/images/generate. Collects every violation, by JSON path. */
final class RequestRules {

    private static final int PROMPT_MAX_LENGTH = 2000;
    private static final int NEGATIVE_PROMPT_MAX_LENGTH = 2500;
    private static final int IMAGES_MAX = 4;
    private static final Set<String> PROPERTIES =
            Set.of("prompt", "model", "klingImageParams", "webhookUrl", "webhookEvents");
    private static final Set<String> PARAMS =
            Set.of("model_name", "negative_prompt", "image", "image_fidelity", "n", "aspect_ratio");
    private static final List<String> MODEL_NAMES = List.of("kling-v1", "kling-v1-5", "kling-v2");
    private static final List<String> ASPECT_RATIOS = List.of("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3");
    private static final List<String> WEBHOOK_EVENTS = List.of("progress", "completed", "failed");
    private static final Pattern ABSOLUTE_URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:\\S+");

    private final Map<String, List<String>> violations = new LinkedHashMap<>();

    private RequestRules() {}

    static Map<String, List<String>> violations(JsonNode body) {
        var rules = new RequestRules();
        rules.checkBody(body);
        return rules.violations;
    }

    private void checkBody(JsonNode body) {
        if (!body.isObject()) {
            violated("body", "Expected object");
            return;
        }
        refuseUnknown("", body, PROPERTIES);
        require(body, "prompt");
        require(body, "model");
        body.properties().forEach(property -> {
            var name = property.getKey();
            var value = property.getValue();
            switch (name) {
                case "prompt" -> checkString(name, value, 1, PROMPT_MAX_LENGTH);
                case "model" -> checkOneOf(name, value, List.of("kling-image"));
                case "klingImageParams" -> checkParams(value);
                case "webhookUrl" -> checkUri(name, value);
                case "webhookEvents" -> checkEvents(value);
                default -> {}
            }
        });
    }

    private void checkParams(JsonNode params) {
        if (!params.isObject()) {
            violated("klingImageParams", "Expected object");
            return;
        }
        refuseUnknown("klingImageParams.", params, PARAMS);
        params.properties().forEach(property -> {
            var path = "klingImageParams." + property.getKey();
            var value = property.getValue();
            switch (property.getKey()) {
                case "model_name" -> checkOneOf(path, value, MODEL_NAMES);
                case "negative_prompt" -> checkString(path, value, 0, NEGATIVE_PROMPT_MAX_LENGTH);
                case "image" -> checkUri(path, value);
                case "image_fidelity" -> checkNumber(path, value, 0, 1);
                case "n" -> checkInteger(path, value, 1, IMAGES_MAX);
                case "aspect_ratio" -> checkOneOf(path, value, ASPECT_RATIOS);
                default -> {}
            }
        });
    }

    private void refuseUnknown(String prefix, JsonNode object, Set<String> known) {
        object.propertyNames().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> violated(prefix + name, "Unrecognized property"));
    }

    private void require(JsonNode object, String name) {
        if (!object.has(name)) {
            violated(name, "Required");
        }
    }

    private void checkEvents(JsonNode events) {
        if (!events.isArray()) {
            violated("webhookEvents", "Expected array");
        } else if (events.isEmpty()) {
            violated("webhookEvents", "At least one event is required");
        }
        for (var index = 0; index < events.size() && events.isArray(); index++) {
            checkOneOf("webhookEvents." + index, events.get(index), WEBHOOK_EVENTS);
        }
    }

    /** Lengths count UTF-16 units, as the vendor's JavaScript does. */
    private void checkString(String path, JsonNode value, int min, int max) {
        if (!value.isString()) {
            violated(path, "Expected string");
        } else if (value.stringValue().length() < min) {
            violated(path, "Must contain at least " + min + " character(s)");
        } else if (value.stringValue().length() > max) {
            violated(path, "Must contain at most " + max + " character(s)");
        }
    }

    private void checkOneOf(String path, JsonNode value, List<String> allowed) {
        if (!value.isString() || !allowed.contains(value.stringValue())) {
            violated(path, "Expected one of " + String.join(", ", allowed));
        }
    }

    private void checkUri(String path, JsonNode value) {
        if (!value.isString() || !ABSOLUTE_URI.matcher(value.stringValue()).matches()) {
            violated(path, "Expected a URI");
        }
    }

    private boolean checkNumber(String path, JsonNode value, int min, int max) {
        if (!value.isNumber()) {
            violated(path, "Expected number");
        } else if (value.decimalValue().compareTo(BigDecimal.valueOf(min)) < 0) {
            violated(path, "Must be at least " + min);
        } else if (value.decimalValue().compareTo(BigDecimal.valueOf(max)) > 0) {
            violated(path, "Must be at most " + max);
        } else {
            return true;
        }
        return false;
    }

    /** 2.0 is an integer, 2.5 is not. */
    private void checkInteger(String path, JsonNode value, int min, int max) {
        if (checkNumber(path, value, min, max)
                && value.decimalValue().stripTrailingZeros().scale() > 0) {
            violated(path, "Expected integer");
        }
    }

    private void violated(String path, String message) {
        violations.computeIfAbsent(path, key -> new ArrayList<>()).add(message);
    }
}
