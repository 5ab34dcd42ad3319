package io.klinggateway.tenant;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** A key as a caller sends it. Never stored, logged or shown; only its prefix is. */
final class ApiKey {

    private static final int PREFIX_LENGTH = 8;
    private static final int LONGEST = 256;

    private final String key;

    ApiKey(String key) {
        this.key = key;
    }

    /** Whether it could be a key at all; spares the database what is obviously none. */
    boolean isPlausible() {
        return key.length() > PREFIX_LENGTH && key.length() <= LONGEST;
    }

    byte[] sha256() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    String prefix() {
        return key.substring(0, Math.min(PREFIX_LENGTH, key.length()));
    }

    @Override
    public String toString() {
        return "ApiKey[hidden]";
    }
}
