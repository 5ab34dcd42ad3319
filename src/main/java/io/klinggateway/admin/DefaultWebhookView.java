package io.klinggateway.admin;

import io.klinggateway.support.MaskedUrl;
import io.klinggateway.tenant.DefaultWebhook;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whom a team tells of those of its jobs whose requests say nothing of a webhook.
 *
 * @param events null for the vendor's default, {@code completed} and {@code failed}
 * @param declared by the team's declaration: it does not change here
 */
@Schema(name = "OperatorDefaultWebhook")
public record DefaultWebhookView(
        @Schema(example = "https://hooks.example.com/kling") String url,

        @Schema(example = "[\"completed\", \"failed\"]") @Nullable
        List<String> events,

        boolean declared) {

    /** Also of none. */
    static @Nullable DefaultWebhookView of(@Nullable DefaultWebhook webhook) {
        return webhook == null ? null : new DefaultWebhookView(webhook.url(), webhook.events(), webhook.declared());
    }

    DefaultWebhookTerms toTerms() {
        return new DefaultWebhookTerms(url, events);
    }

    /** For records that outlast it and are handed out: a URL may have a secret in it. */
    DefaultWebhookView masked() {
        return new DefaultWebhookView(MaskedUrl.of(url), events, declared);
    }

    public boolean wants(String event) {
        return events == null ? !event.equals("progress") : events.contains(event);
    }

    @Override
    public String toString() {
        return "DefaultWebhookView[url=hidden, events=" + events + ", declared=" + declared + "]";
    }
}
