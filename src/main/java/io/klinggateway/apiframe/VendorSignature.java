package io.klinggateway.apiframe;

import io.klinggateway.support.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * Knows whether the vendor sent a webhook, and makes secrets that only this gateway can make. Both work with the current
 * key, and with the previous one while the operator changes it. Safe for use by many threads.
 */
@Component
@EnableConfigurationProperties(VendorApiKeys.class)
public class VendorSignature {

    private static final String PREFIX = "sha256=";

    private final List<byte[]> signing = new ArrayList<>();
    private final List<byte[]> deriving = new ArrayList<>();

    VendorSignature(VendorApiKeys keys) {
        for (String key : keys.newestFirst()) {
            byte[] digest = Sha256.of(key);
            signing.add(digest);
            // The documentation can also be read so that the key is the digest as hexadecimal text.
            signing.add(HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII));
            // Not the vendor's signing key, so that nothing the vendor signs can pass for a secret of ours.
            deriving.add(Sha256.of("kling-gateway callback " + key));
        }
    }

    /**
     * @param body exactly the bytes that came
     * @param header {@code sha256=} and 64 hexadecimal digits, or only the digits
     * @return whether one of our keys signed the body; takes the same time wherever a wrong signature differs
     */
    public boolean isGenuine(byte[] body, @Nullable String header) {
        byte[] offered = parse(header);
        boolean genuine = false;
        for (byte[] key : signing) {
            genuine |= MessageDigest.isEqual(Sha256.hmac(key, body), offered);
        }
        return genuine;
    }

    /** @return 32 bytes that cannot be guessed without our key, the same for the same subject */
    public byte[] secret(byte[] subject) {
        return Sha256.hmac(deriving.getFirst(), subject);
    }

    /** @return whether this is the subject's {@link #secret}, under the current key or the previous one */
    public boolean isSecret(byte[] subject, byte[] offered) {
        boolean ours = false;
        for (byte[] key : deriving) {
            ours |= MessageDigest.isEqual(Sha256.hmac(key, subject), offered);
        }
        return ours;
    }

    /** @return an empty array, which equals no signature, if it is none at all */
    private static byte[] parse(@Nullable String header) {
        if (header == null) {
            return new byte[0];
        }
        String hex = header.strip();
        if (hex.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            hex = hex.substring(PREFIX.length());
        }
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException garbage) {
            return new byte[0];
        }
    }
}
