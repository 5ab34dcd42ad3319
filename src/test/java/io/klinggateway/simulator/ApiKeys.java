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

    ApiKeys(List<String> active, List<String> inactive, List<String> anotherUsers) {
        active.forEach(text -> byText.put(text, new ApiKey(text, true, "owner")));
        inactive.forEach(text -> byText.put(text, new ApiKey(text, false, "owner")));
        anotherUsers.forEach(text -> byText.put(text, new ApiKey(text, true, "another")));
    }

    /** apiframe: a job is visible to the user who made it. */
    boolean mayRead(ApiKey key, SimulatedJob job) {
        return find(job.apiKeyId()).map(ApiKey::user).filter(key.user()::equals).isPresent();
    }

    Optional<ApiKey> find(String text) {
        return Optional.ofNullable(byText.get(text));
    }

    Optional<ApiKey> find(UUID id) {
        return byText.values().stream().filter(key -> key.id().equals(id)).findFirst();
    }

    record ApiKey(String text, boolean active, String user) {

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
