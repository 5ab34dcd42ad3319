package io.klinggateway.picturestore;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.support.Sha256;
import io.klinggateway.support.Uuids;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The URLs of pictures. The signature is the right to see the picture until the URL's end. Within an hour a picture's URL is
 * the same, so that browsers find again what they have.
 */
@Component
class PictureLinks {

    static final String PATH = "/v2/pictures/";

    /** What the signing key is derived for; other uses of the secret are to name others. */
    private static final String PURPOSE = "kling-gateway picture-url 1";

    private static final Pattern FILE = Pattern.compile("(?<number>[1-9]\\d?)(\\.(png|jpg|gif|webp))?");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,11}");

    private final byte[] key;
    private final Duration lifetime;
    private final String base;
    private final Clock clock;

    PictureLinks(PictureSettings settings, Clock clock) {
        this.key = Sha256.hmac(secret(settings), PURPOSE.getBytes(StandardCharsets.UTF_8));
        this.lifetime = settings.urlLifetime();
        this.base =
                settings.baseUrl() == null ? "" : settings.baseUrl().toString().replaceFirst("/+$", "");
        this.clock = clock;
    }

    /** Without a store nothing is signed. */
    private static byte[] secret(PictureSettings settings) {
        return Sha256.of(settings.signingSecret());
    }

    /** For clients. */
    String url(GenerationId generation, PictureCopy copy) {
        return base + path(generation, copy);
    }

    /** For the gateway's own pages. */
    String path(GenerationId generation, PictureCopy copy) {
        PictureId id = new PictureId(generation, copy.number());
        long ends = clock.instant()
                .plus(lifetime)
                .truncatedTo(ChronoUnit.HOURS)
                .plus(1, ChronoUnit.HOURS)
                .getEpochSecond();
        return PATH + id + copy.extension() + "?expires=" + ends + "&signature=" + signature(id, ends);
    }

    private String signature(PictureId id, long ends) {
        byte[] hmac = Sha256.hmac(key, (id + "/" + ends).getBytes(StandardCharsets.UTF_8));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hmac);
    }

    /**
     * What a URL of ours names.
     *
     * @return empty if we never made it, or it has ended
     */
    Optional<PictureId> read(String generation, String file, @Nullable String expires, @Nullable String signature) {
        Matcher name = FILE.matcher(file);
        if (expires == null
                || signature == null
                || !name.matches()
                || !SECONDS.matcher(expires).matches()) {
            return Optional.empty();
        }
        long ends = Long.parseLong(expires);
        int number = Integer.parseInt(name.group("number"));
        return Uuids.parse(generation)
                .map(uuid -> new PictureId(new GenerationId(uuid), number))
                .filter(id -> isEqual(signature, signature(id, ends)))
                .filter(_ -> clock.instant().isBefore(Instant.ofEpochSecond(ends)));
    }

    private static boolean isEqual(String given, String right) {
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    }
}
