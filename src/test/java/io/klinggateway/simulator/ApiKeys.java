package io.klinggateway.simulator;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** The keys of the one account. */
final class ApiKeys {

    private final Map<String, ApiKey> byText = new LinkedHashMap<>();

    ApiKeys(List<String> active, List<String> inactive) {
        active.forEach(text -> byText.put(text, new ApiKey(text, true)));
        inactive.forEach(text -> byText.put(text, new ApiKey(text, false)));
    }

    Optional<ApiKey> find(String text) {
        return Optional.ofNullable(byText.get(text));
    }

    Optional<ApiKey> find(UUID id) {
        return byText.values().stream().filter(key -> key.id().equals(id)).findFirst();
    }

    record ApiKey(String text, boolean active) {

        private static final int PREFIX_LENGTH = 8;

        UUID id() {
            return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
        }

        String prefix() {
            return text.substring(0, Math.min(PREFIX_LENGTH, text.length()));
        }

        /** apiframe: webhooks are signed with the SHA-256 of the key, not with the key. */
        byte[] signingKey() {
            return Sha256.of(text);
        }

        @Override
        public String toString() {
            return "ApiKey[" + id() + "]";
        }
    }
}
