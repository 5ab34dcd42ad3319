package io.klinggateway.apiframe;

import io.klinggateway.support.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;

/**
 * Knows whether the vendor sent a webhook, and makes secrets that only this gateway can make. Both work with the current
 * key, and with the previous one while the company changes it. Safe for use by many threads.
 */
@Component
@EnableConfigurationProperties(SigningKeys.class)
public class VendorSignature {

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "sha256=";

    private final List<SecretKeySpec> signing = new ArrayList<>();
    private final List<SecretKeySpec> deriving = new ArrayList<>();

    VendorSignature(SigningKeys keys) {
        for (String key : keys.newestFirst()) {
            byte[] digest = Sha256.of(key);
            signing.add(new SecretKeySpec(digest, ALGORITHM));
            // The documentation can also be read so that the key is the digest as hexadecimal text.
            signing.add(
                    new SecretKeySpec(HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII), ALGORITHM));
            // Not the vendor's signing key, so that nothing the vendor signs can pass for a secret of ours.
            deriving.add(new SecretKeySpec(Sha256.of("kling-gateway callback " + key), ALGORITHM));
        }
    }

    /**
     * @param body exactly the bytes that came
     * @param header {@code sha256=} and 64 hexadecimal digits, or the digits alone
     * @return whether one of our keys signed the body; takes the same time wherever a wrong signature differs
     */
    public boolean isGenuine(byte[] body, @Nullable String header) {
        byte[] offered = parse(header);
        boolean genuine = false;
        for (SecretKeySpec key : signing) {
            genuine |= MessageDigest.isEqual(hmac(key, body), offered);
        }
        return genuine;
    }

    /** @return 32 bytes that nobody without our key can guess, the same for the same subject */
    public byte[] secret(byte[] subject) {
        return hmac(deriving.getFirst(), subject);
    }

    /** @return whether this is the subject's {@link #secret}, under the current key or the previous one */
    public boolean isSecret(byte[] subject, byte[] offered) {
        boolean ours = false;
        for (SecretKeySpec key : deriving) {
            ours |= MessageDigest.isEqual(hmac(key, subject), offered);
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

    private static byte[] hmac(SecretKeySpec key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(message);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every Java platform has HMAC-SHA256", impossible);
        }
    }
}
