package io.klinggateway.tenant;

import io.klinggateway.support.Sha256;
import java.security.SecureRandom;
import java.util.Base64;

/** A key as a caller sends it. Never stored, logged or shown; only its prefix is. */
final class ApiKey {

    private static final int PREFIX_LENGTH = 8;
    private static final int LONGEST = 256;

    private static final int RANDOM_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String key;

    ApiKey(String key) {
        this.key = key;
    }

    /** A new key of 256 random bits. */
    static ApiKey random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new ApiKey("kg_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** The key itself, for its owner. */
    String reveal() {
        return key;
    }

    /** Whether it could be a key at all; spares the database what is obviously none. */
    boolean isPlausible() {
        return key.length() > PREFIX_LENGTH && key.length() <= LONGEST;
    }

    /** Whether it looks like a key of apiframe, sent here by mistake. */
    boolean isOfVendor() {
        return key.startsWith("afk_");
    }

    byte[] sha256() {
        return Sha256.of(key);
    }

    String prefix() {
        return key.substring(0, Math.min(PREFIX_LENGTH, key.length()));
    }

    @Override
    public String toString() {
        return "ApiKey[hidden]";
    }
}
