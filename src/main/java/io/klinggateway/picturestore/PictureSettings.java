package io.klinggateway.picturestore;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Whether, where and for how long the images of completed generations are kept.
 *
 * @param directory of the DIRECTORY store; for one machine, since replicas must share it
 * @param hosts from which images are fetched: host names, or all names below one ({@code *.apiframe.ai}). A name in full may
 *     lead into the operator's network, and be called by plain http
 * @param maxSize of one image; a larger one is not copied
 * @param timeout for fetching one image, and for putting it into the store
 * @param concurrency copies under way at once on this replica
 * @param concurrencyPerTenant copies under way at once for one tenant, on all replicas
 * @param vendorRetention how long the vendor keeps an image: until then a copy that fails is tried again
 * @param baseUrl what the URLs of pictures begin with, as teams reach the gateway
 * @param urlLifetime how long a URL of ours is good for, at least; at most an hour more
 * @param retention how long a picture is kept; null: as long as its generation's request
 * @param signingSecret signs our URLs; the same on every replica
 */
@Validated
@ConfigurationProperties("gateway.pictures")
record PictureSettings(
        @DefaultValue("none") StoreKind store,
        @Nullable Path directory,
        @DefaultValue Bucket s3,
        @DefaultValue("*.apiframe.ai") List<String> hosts,
        @DefaultValue("25MB") DataSize maxSize,
        @DefaultValue("30s") Duration timeout,
        @DefaultValue("4") @Min(1) @Max(64) int concurrency,
        @DefaultValue("2") @Min(1) @Max(64) int concurrencyPerTenant,
        @DefaultValue("24h") Duration vendorRetention,
        @DefaultValue("vendor") Serving serve,
        @Nullable URI baseUrl,
        @DefaultValue("7d") Duration urlLifetime,
        @Nullable Duration retention,
        @DefaultValue("") String signingSecret) {

    private static final int SHORTEST_SECRET = 32;

    enum StoreKind {
        /** No images are kept. */
        NONE,
        DIRECTORY,
        S3
    }

    /** Whose URLs a job shows. */
    enum Serving {
        /** The vendor's as long as it has the image, then ours. */
        VENDOR,
        /** Ours, from the end of the job on. */
        GATEWAY
    }

    /**
     * @param endpoint of a store that is not Amazon's; null for Amazon's
     * @param region null: as the environment of the AWS SDK says
     * @param pathStyle whether the bucket stands in the path and not in the host's name
     * @param encryption what the store is asked to encrypt with, such as {@code AES256} or {@code aws:kms}; null: its default
     * @param kmsKeyId with {@code aws:kms}; null: the account's own
     */
    record Bucket(
            @DefaultValue("") String bucket,
            @Nullable URI endpoint,
            @Nullable String region,
            @DefaultValue("false") boolean pathStyle,
            @Nullable String encryption,
            @Nullable String kmsKeyId) {

        Bucket {
            endpoint = blankToNull(endpoint);
            region = blankToNull(region);
            encryption = blankToNull(encryption);
            kmsKeyId = blankToNull(kmsKeyId);
        }
    }

    PictureSettings {
        baseUrl = blankToNull(baseUrl);
        if (store != StoreKind.NONE) {
            require(
                    signingSecret.length() >= SHORTEST_SECRET,
                    "signing-secret must be set, to at least " + SHORTEST_SECRET
                            + " characters, the same on every replica: it signs the URLs of pictures");
            require(
                    baseUrl != null && isHttp(baseUrl),
                    "base-url (or GATEWAY_PUBLIC_URL) must be set to the http or"
                            + " https URL by which teams reach the gateway: the URLs of pictures begin with it");
            require(!hosts.isEmpty(), "hosts must name the hosts from which images are fetched");
        }
        require(store != StoreKind.DIRECTORY || directory != null, "directory must be set: pictures are kept there");
        require(store != StoreKind.S3 || !s3.bucket().isBlank(), "s3.bucket must be set: pictures are kept there");
        for (Duration time : List.of(timeout, vendorRetention, urlLifetime)) {
            require(time.isPositive(), "timeout, vendor-retention and url-lifetime must be positive");
        }
        require(retention == null || !retention.isNegative(), "retention must not be negative");
    }

    private static boolean isHttp(URI url) {
        return ("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null;
    }

    private static void require(boolean met, String sentence) {
        if (!met) {
            throw new IllegalArgumentException("gateway.pictures." + sentence);
        }
    }

    private static <T> @Nullable T blankToNull(@Nullable T value) {
        return value == null || value.toString().isBlank() ? null : value;
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "PictureSettings[store=" + store + ", serve=" + serve + "]";
    }
}
