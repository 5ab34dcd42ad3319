package io.klinggateway.admin;

import io.klinggateway.tenant.DefaultWebhook;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Whom a team tells of those of its jobs whose requests say nothing of a webhook. */
@Schema(name = "DefaultWebhookTerms")
public record DefaultWebhookTerms(
        @NotNull(message = "is required")
        @ReceiverUrl(groups = AfterBinding.class)
        @Schema(description = "As in a request's `webhookUrl`.", example = "https://hooks.example.com/kling")
        String url,

        @Size(min = 1, message = "must have at least one event")
        @Schema(
                description = "As in a request's `webhookEvents`; `completed` and `failed` if absent.",
                example = "[\"completed\", \"failed\"]")
        @Nullable
        List<@NotNull(message = EVENT_RULE) @Pattern(regexp = EVENT, message = EVENT_RULE) String> events) {

    /** A declaration's is checked after its binding: one that fails shows the value, and a URL may have a secret in it. */
    public interface AfterBinding {}

    private static final String EVENT = "progress|completed|failed";
    private static final String EVENT_RULE = "must be one of progress, completed, failed";

    /** Also of none. */
    static @Nullable DefaultWebhook toWebhook(@Nullable DefaultWebhookTerms terms) {
        return terms == null
                ? null
                : new DefaultWebhook(
                        terms.url(),
                        terms.events() == null
                                ? null
                                : terms.events().stream().distinct().toList(),
                        false);
    }

    @Override
    public String toString() {
        return "DefaultWebhookTerms[url=hidden, events=" + events + "]";
    }
}
