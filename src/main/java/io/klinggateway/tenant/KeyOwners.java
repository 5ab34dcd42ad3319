package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Whose key is whose, by names, for labels and log lines. Remembers what it has read: keys do not change hands. */
@Component
public class KeyOwners {

    private static final String FIND = """
            select t.name as tenant_name, k.name as key_name
              from api_key k join tenant t on t.id = k.tenant_id
             where k.id = :key
            """;

    private final JdbcClient jdbc;
    private final Map<KeyId, KeyOwner> known = new ConcurrentHashMap<>();

    KeyOwners(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return {@link KeyOwner#UNKNOWN} if there is no such key */
    public KeyOwner of(KeyId key) {
        return known.computeIfAbsent(key, this::read);
    }

    private KeyOwner read(KeyId key) {
        return jdbc.sql(FIND)
                .param("key", key.value())
                .query((row, _) -> new KeyOwner(row.getString("tenant_name"), row.getString("key_name")))
                .optional()
                .orElse(KeyOwner.UNKNOWN);
    }

    /** Names that are safe as labels. */
    public record KeyOwner(String tenant, String key) {

        public static final KeyOwner UNKNOWN = new KeyOwner("unknown", "unknown");
    }
}
