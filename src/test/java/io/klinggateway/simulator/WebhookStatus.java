package io.klinggateway.simulator;

import java.util.Locale;

/** How far the last webhook of a job has come. */
enum WebhookStatus {
    PENDING,
    DELIVERED,
    FAILED;

    String onTheWire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
