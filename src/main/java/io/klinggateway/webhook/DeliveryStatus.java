package io.klinggateway.webhook;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** How far a tenant has been told (apiframe: a job's {@code webhookStatus}). */
public enum DeliveryStatus {
    PENDING,
    DELIVERED,
    FAILED;

    @JsonValue
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    static DeliveryStatus of(String wire) {
        return valueOf(wire.toUpperCase(Locale.ROOT));
    }
}
