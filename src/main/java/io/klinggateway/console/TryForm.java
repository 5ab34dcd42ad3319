package io.klinggateway.console;

import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.KlingVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.BindParam;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A request for images as a form has it: all text, and what is left empty is not asked for. */
record TryForm(
        @Nullable String prompt,
        @BindParam("model_name") @Nullable String modelName,
        @BindParam("negative_prompt") @Nullable String negativePrompt,
        @Nullable String image,
        @BindParam("image_fidelity") @Nullable String imageFidelity,
        @Nullable String n,
        @BindParam("aspect_ratio") @Nullable String aspectRatio,
        @Nullable String webhookUrl,
        @Nullable List<String> webhookEvents,
        @Nullable String idempotencyKey) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String WEBHOOK_URL = "webhookUrl";

    static TryForm empty(String idempotencyKey) {
        return new TryForm(null, null, null, null, null, null, null, null, null, idempotencyKey);
    }

    /** With a reference image, and the version that is known to take one. */
    static TryForm withImage(String url, String idempotencyKey) {
        return new TryForm(null, KlingVersion.KLING_V2.wire(), null, url, null, null, null, null, null, idempotencyKey);
    }

    /** The form that asks for the same again. */
    static TryForm of(JsonNode request, String idempotencyKey) {
        JsonNode params = request.path("klingImageParams");
        return new TryForm(
                text(request, "prompt"),
                text(params, "model_name"),
                text(params, "negative_prompt"),
                text(params, "image"),
                text(params, "image_fidelity"),
                text(params, "n"),
                text(params, "aspect_ratio"),
                text(request, WEBHOOK_URL),
                request.path("webhookEvents").isArray()
                        ? request.path("webhookEvents")
                                .valueStream()
                                .map(JsonNode::asString)
                                .toList()
                        : null,
                idempotencyKey);
    }

    private static @Nullable String text(JsonNode object, String name) {
        JsonNode value = object.path(name);
        return value.isMissingNode() ? null : value.asString();
    }

    TryForm under(String otherKey) {
        return new TryForm(
                prompt,
                modelName,
                negativePrompt,
                image,
                imageFidelity,
                n,
                aspectRatio,
                webhookUrl,
                webhookEvents,
                otherKey);
    }

    TryForm withoutWebhook() {
        return new TryForm(
                prompt, modelName, negativePrompt, image, imageFidelity, n, aspectRatio, null, null, idempotencyKey);
    }

    /** The request's body, in the order of the documentation. */
    ObjectNode body() {
        ObjectNode body = JSON.createObjectNode();
        body.put("prompt", prompt == null ? "" : prompt.replace("\r\n", "\n"));
        body.put("model", ImageRequest.MODEL);
        ObjectNode params = JSON.createObjectNode();
        put(params, "model_name", modelName);
        put(params, "negative_prompt", negativePrompt == null ? null : negativePrompt.replace("\r\n", "\n"));
        put(params, "image", image);
        putNumber(params, "image_fidelity", imageFidelity);
        putNumber(params, "n", n);
        put(params, "aspect_ratio", aspectRatio);
        if (!params.isEmpty()) {
            body.set("klingImageParams", params);
        }
        put(body, WEBHOOK_URL, webhookUrl);
        if (webhookUrl != null && !webhookUrl.isBlank() && webhookEvents != null && !webhookEvents.isEmpty()) {
            webhookEvents.forEach(body.putArray("webhookEvents")::add);
        }
        return body;
    }

    byte[] bytes() {
        return JSON.writeValueAsBytes(body());
    }

    /** The same, with no webhook at all unless it names one. */
    byte[] bytesWithoutDefaultWebhook() {
        ObjectNode body = body();
        if (!body.has(WEBHOOK_URL)) {
            body.putNull(WEBHOOK_URL);
        }
        return JSON.writeValueAsBytes(body);
    }

    /** The price is known before the prompt is. */
    byte[] forPrice() {
        ObjectNode body = body();
        if (body.path("prompt").asString().isEmpty()) {
            body.put("prompt", "-");
        }
        return JSON.writeValueAsBytes(body);
    }

    private static void put(ObjectNode object, String name, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            object.put(name, value);
        }
    }

    /** What is no number stays text, for the rule to be named. */
    private static void putNumber(ObjectNode object, String name, @Nullable String value) {
        if (value == null || value.isBlank()) {
            return;
        }
        String number = value.strip().replace(',', '.');
        if (number.matches("-?\\d{1,9}")) {
            object.put(name, Integer.parseInt(number));
        } else if (number.matches("-?\\d{0,9}\\.\\d{1,9}")) {
            object.put(name, Double.parseDouble(number));
        } else {
            object.put(name, value);
        }
    }

    public boolean wants(String event) {
        return webhookEvents != null && webhookEvents.contains(event);
    }
}
