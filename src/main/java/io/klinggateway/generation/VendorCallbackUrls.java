package io.klinggateway.generation;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.apiframe.VendorSignature;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.WebhookEvent;
import io.klinggateway.ledger.TenantId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * The URLs at which the vendor tells us that a job has ended: one for each generation, which only this gateway can make. It
 * names what the vendor knows the generation by, and whose it is: the same call always has the same, and a job that the books
 * do not know can be told by it. Nothing about them is stored but the request that carries one.
 */
@Component
@EnableConfigurationProperties(CallbackSettings.class)
public class VendorCallbackUrls {

    public static final String PATH = "/callbacks/apiframe/";

    private static final List<WebhookEvent> EVENTS = List.of(WebhookEvent.COMPLETED, WebhookEvent.FAILED);
    private static final int ID_BYTES = 2 * Long.BYTES;
    private static final int SUBJECT_BYTES = 2 * ID_BYTES;
    private static final int SECRET_BYTES = 32;
    private static final String HIDDEN = "[hidden]";

    /** Only tokens are so long without a break. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{86,}");

    private final VendorSignature signature;
    private final @Nullable String publicUrl;

    VendorCallbackUrls(VendorSignature signature, CallbackSettings settings) {
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
    ImageRequest upstream(Subject subject, ImageRequest request) {
        return enabled()
                ? request.withWebhook(publicUrl + PATH + token(subject), EVENTS)
                : request.withWebhook(null, null);
    }

    /** What a URL names. */
    public record Subject(VendorIdempotencyKey key, TenantId tenant) {}

    public String token(Subject named) {
        byte[] subject = bytes(named);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(SUBJECT_BYTES + SECRET_BYTES)
                        .put(subject)
                        .put(signature.secret(subject))
                        .array());
    }

    /** @return whose URL it is; empty if we never made it */
    public Optional<Subject> subject(String token) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException garbage) {
            return Optional.empty();
        }
        if (bytes.length != SUBJECT_BYTES + SECRET_BYTES) {
            return Optional.empty();
        }
        byte[] subject = Arrays.copyOf(bytes, SUBJECT_BYTES);
        if (!signature.isSecret(subject, Arrays.copyOfRange(bytes, SUBJECT_BYTES, bytes.length))) {
            return Optional.empty();
        }
        ByteBuffer ids = ByteBuffer.wrap(subject);
        return Optional.of(new Subject(new VendorIdempotencyKey(id(ids)), new TenantId(id(ids))));
    }

    /** Whose URL a request at the vendor carries; empty if none of ours. */
    Optional<Subject> subject(ImageRequest request) {
        String url = request.webhookUrl();
        int path = url == null ? -1 : url.lastIndexOf(PATH);
        return url == null || path < 0 ? Optional.empty() : subject(url.substring(path + PATH.length()));
    }

    private static UUID id(ByteBuffer ids) {
        return new UUID(ids.getLong(), ids.getLong());
    }

    private static byte[] bytes(Subject subject) {
        ByteBuffer bytes = ByteBuffer.allocate(SUBJECT_BYTES);
        for (UUID id : List.of(subject.key().value(), subject.tenant().value())) {
            bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return bytes.array();
    }

    /** The vendor's words without our URL, which its validation errors may quote. */
    String redact(String words) {
        return publicUrl == null
                ? words
                : TOKEN.matcher(words).replaceAll(HIDDEN).replace(publicUrl + PATH + HIDDEN, HIDDEN);
    }

    public VendorJob redact(VendorJob job) {
        String error = job.error();
        return error == null ? job : job.withError(redact(error));
    }

    public Refusal redact(Refusal refusal) {
        return refusal.withWords(this::redact);
    }
}
