package io.klinggateway.imagerequest;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Warnings about a valid request: a parameter that may have no effect. Never a reason to refuse it. The wire form never changes.
 */
public enum RequestWarning {
    /** The source is what other callers of the models say; apiframe says nothing of it. */
    MODEL_MAY_IGNORE_IMAGE(
            "kling-v1 is known to take no reference image, and kling-v1-5 to want a parameter that the vendor does not offer;"
                    + " kling-v2 takes one"),
    FIDELITY_WITHOUT_IMAGE("image_fidelity has no effect without an image"),
    EVENTS_WITHOUT_WEBHOOK("webhookEvents have no effect without a webhookUrl");

    /** Of an answer: the wire forms, separated by commas. */
    public static final String HEADER = "X-Gateway-Warnings";

    private final String sentence;

    RequestWarning(String sentence) {
        this.sentence = sentence;
    }

    public static List<RequestWarning> of(ImageRequest request) {
        return Arrays.stream(values())
                .filter(warning -> warning.concerns(request))
                .toList();
    }

    private boolean concerns(ImageRequest request) {
        KlingImageParams params = request.klingImageParams();
        return switch (this) {
            case MODEL_MAY_IGNORE_IMAGE ->
                request.referenceImage() != null && request.modelName() != KlingVersion.KLING_V2;
            case FIDELITY_WITHOUT_IMAGE -> params != null && params.imageFidelity() != null && params.image() == null;
            case EVENTS_WITHOUT_WEBHOOK -> request.webhookEvents() != null && !request.namesWebhook();
        };
    }

    /** @return the header's value; empty if there is nothing to warn of */
    public static Optional<String> header(ImageRequest request) {
        String warnings = of(request).stream().map(RequestWarning::wire).collect(Collectors.joining(", "));
        return warnings.isEmpty() ? Optional.empty() : Optional.of(warnings);
    }

    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** For people; it ends without a full stop. */
    public String sentence() {
        return sentence;
    }
}
