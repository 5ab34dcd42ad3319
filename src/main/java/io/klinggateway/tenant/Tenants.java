package io.klinggateway.tenant;

import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The registry of tenants and their keys. */
@Component
public class Tenants {

    private static final String FIND_KEY = """
            select t.id as tenant_id, t.name as tenant_name, t.status, k.id as key_id, k.name as key_name, k.sha256,
                   k.revoked_at is null and (k.expires_at is null or k.expires_at > gateway_now()) as valid
              from api_key k join tenant t on t.id = k.tenant_id
             where k.sha256 = :sha256
            """;

    private static final String REGISTER = """
            insert into tenant (id, name) values (:id, :name)
            on conflict (name) do update set name = excluded.name
            returning id
            """;

    private static final String REGISTER_KEY = """
            insert into api_key (id, tenant_id, name, sha256) values (:id, :tenant, :name, :sha256)
            on conflict (sha256) do update set name = excluded.name where api_key.tenant_id = excluded.tenant_id
            """;

    private final JdbcClient jdbc;
    private final Ledger ledger;

    Tenants(JdbcClient jdbc, Ledger ledger) {
        this.jdbc = jdbc;
        this.ledger = ledger;
    }

    /** Makes the tenant known under its name, or gives the known one this budget. Repeating it changes nothing. */
    @Transactional
    public Tenant register(String name, Budget budget) {
        UUID id = jdbc.sql(REGISTER)
                .param("id", UUID.randomUUID())
                .param("name", name)
                .query(UUID.class)
                .single();
        Tenant tenant = new Tenant(new TenantId(id), name);
        ledger.setBudget(tenant.id(), budget);
        return tenant;
    }

    /**
     * Lets the tenant call with the key of this digest. Repeating it changes nothing but the name.
     *
     * @param sha256 64 hexadecimal digits
     * @throws KeyBelongsToAnother if another tenant has that key
     */
    @Transactional
    public void registerKey(Tenant tenant, String keyName, String sha256) {
        int registered = jdbc.sql(REGISTER_KEY)
                .param("id", UUID.randomUUID())
                .param("tenant", tenant.id().value())
                .param("name", keyName)
                .param("sha256", HexFormat.of().parseHex(sha256))
                .update();
        if (registered == 0) {
            throw new KeyBelongsToAnother(tenant.name(), keyName);
        }
    }

    Optional<KnownKey> find(ApiKey key) {
        return jdbc.sql(FIND_KEY)
                .param("sha256", key.sha256())
                .query((row, _) -> new KnownKey(
                        new Caller(
                                new Tenant(
                                        new TenantId(row.getObject("tenant_id", UUID.class)),
                                        row.getString("tenant_name")),
                                new KeyId(row.getObject("key_id", UUID.class)),
                                row.getString("key_name"),
                                key.prefix()),
                        row.getBytes("sha256"),
                        row.getBoolean("valid"),
                        row.getString("status").equals("ACTIVE")))
                .optional();
    }

    /** @param valid neither revoked nor expired; {@code active} if the tenant is not suspended */
    @SuppressWarnings("ArrayRecordComponent") // lives for one comparison
    record KnownKey(Caller caller, byte[] sha256, boolean valid, boolean active) {}
}
