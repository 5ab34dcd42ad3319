package io.klinggateway.imagerequest;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a webhook may tell of (apiframe: {@code webhookEvents}). */
public enum WebhookEvent {
    PROGRESS,
    COMPLETED,
    FAILED;

    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
