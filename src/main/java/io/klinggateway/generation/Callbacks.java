package io.klinggateway.generation;

import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.apiframe.VendorSignature;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.WebhookEvent;
import io.klinggateway.ledger.GenerationId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * The URLs at which the vendor tells us that a job has ended: one for each generation, which only this gateway can make.
 * Nothing about them is stored but the request that carries one.
 */
@Component
@EnableConfigurationProperties(CallbackSettings.class)
public class Callbacks {

    public static final String PATH = "/callbacks/apiframe/";

    private static final List<WebhookEvent> EVENTS = List.of(WebhookEvent.COMPLETED, WebhookEvent.FAILED);
    private static final int ID_BYTES = 2 * Long.BYTES;
    private static final int SECRET_BYTES = 32;
    private static final String HIDDEN = "[hidden]";

    private final VendorSignature signature;
    private final @Nullable String publicUrl;

    Callbacks(VendorSignature signature, CallbackSettings settings) {
        this.signature = signature;
        this.publicUrl = settings.publicUrl() == null
                ? null
                : settings.publicUrl().toString().replaceFirst("/+$", "");
    }

    /** Whether the vendor tells us of ends, so that looking is but a safety net. */
    public boolean enabled() {
        return publicUrl != null;
    }

    /** The request as the vendor gets it: with our webhook, or none; never the tenant's. */
    ImageRequest upstream(GenerationId id, ImageRequest request) {
        return enabled() ? request.withWebhook(url(id), EVENTS) : request.withWebhook(null, null);
    }

    private String url(GenerationId id) {
        return publicUrl + PATH + token(id);
    }

    public String token(GenerationId id) {
        byte[] subject = bytes(id);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(ID_BYTES + SECRET_BYTES)
                        .put(subject)
                        .put(signature.secret(subject))
                        .array());
    }

    /** @return whose URL it is; empty if we never made it */
    public Optional<GenerationId> generation(String token) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException garbage) {
            return Optional.empty();
        }
        if (bytes.length != ID_BYTES + SECRET_BYTES) {
            return Optional.empty();
        }
        byte[] subject = Arrays.copyOf(bytes, ID_BYTES);
        if (!signature.isSecret(subject, Arrays.copyOfRange(bytes, ID_BYTES, bytes.length))) {
            return Optional.empty();
        }
        ByteBuffer id = ByteBuffer.wrap(subject);
        return Optional.of(new GenerationId(new UUID(id.getLong(), id.getLong())));
    }

    private static byte[] bytes(GenerationId id) {
        return ByteBuffer.allocate(ID_BYTES)
                .putLong(id.value().getMostSignificantBits())
                .putLong(id.value().getLeastSignificantBits())
                .array();
    }

    /** The vendor's words without our URL, which its validation errors may quote. */
    String redact(GenerationId id, String words) {
        return enabled() ? words.replace(url(id), HIDDEN).replace(token(id), HIDDEN) : words;
    }

    public UpstreamJob redact(GenerationId id, UpstreamJob job) {
        String error = job.error();
        return error == null
                ? job
                : new UpstreamJob(
                        job.id(),
                        job.status(),
                        job.progress(),
                        job.images(),
                        redact(id, error),
                        job.charged(),
                        job.expired());
    }

    public Refusal redact(GenerationId id, Refusal refusal) {
        return refusal.withWords(words -> redact(id, words));
    }
}
