package io.klinggateway.simulator;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The one digest of the vendor and of the gateway: of keys, and keyed as the signature of a webhook. */
public final class Sha256 {

    private static final String KEYED = "HmacSHA256";

    private Sha256() {}

    public static byte[] of(byte[] message) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(message);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static byte[] of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** In lower case, as keys are declared. */
    public static String hex(String text) {
        return HexFormat.of().formatHex(of(text));
    }

    public static byte[] hmac(byte[] key, byte[] message) {
        try {
            var mac = Mac.getInstance(KEYED);
            mac.init(new SecretKeySpec(key, KEYED));
            return mac.doFinal(message);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** apiframe: a webhook is signed with the SHA-256 of the API key, in lower-case hex. */
    public static String sign(String apiKey, byte[] body) {
        return HexFormat.of().formatHex(hmac(of(apiKey), body));
    }
}
