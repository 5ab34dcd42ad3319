package io.klinggateway.tenant;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom a team tells of those of its jobs whose requests say nothing of a webhook. A job has it from its admission on: a change
 * concerns later ones.
 *
 * @param url as in a request's {@code webhookUrl}
 * @param events as in {@code webhookEvents}; null for the vendor's default
 * @param declared whether the team's declaration says it; then it changes only there
 */
public record DefaultWebhook(String url, @Nullable List<String> events, boolean declared) {

    /** The same, whoever says it from now on. */
    public DefaultWebhook declared(boolean now) {
        return new DefaultWebhook(url, events, now);
    }

    @Override
    public String toString() {
        return "DefaultWebhook[url=hidden, events=" + events + ", declared=" + declared + "]";
    }
}
