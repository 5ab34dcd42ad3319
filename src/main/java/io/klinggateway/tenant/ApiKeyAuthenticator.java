package io.klinggateway.tenant;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.CallerAddress;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.ApiKeyCache.KnownKey;
import jakarta.servlet.http.HttpServletRequest;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Tells callers by their keys. */
@Component
public class ApiKeyAuthenticator {

    private static final String FIND_USABLE = """
            select t.id as tenant_id, t.name as tenant_name, k.id as key_id, k.name as key_name,
                   coalesce(k.prefix, '') as prefix, k.allowed_networks
              from api_key k join tenant t on t.id = k.tenant_id
             where k.id = :id and t.status = 'ACTIVE'
               and k.revoked_at is null and (k.expires_at is null or k.expires_at > gateway_now())
            """;

    private static final String USABLE = """
            select k.id
              from api_key k join tenant t on t.id = k.tenant_id
             where k.id = any (:ids) and t.status = 'ACTIVE'
               and k.revoked_at is null and (k.expires_at is null or k.expires_at > gateway_now())
            """;

    private final ApiKeyCache keys;
    private final CallerAddress addresses;
    private final JdbcClient jdbc;

    ApiKeyAuthenticator(ApiKeyCache keys, CallerAddress addresses, JdbcClient jdbc) {
        this.keys = keys;
        this.addresses = addresses;
        this.jdbc = jdbc;
    }

    /**
     * Whose key this is; counts as a use of it.
     *
     * @param request that it came with
     * @throws ProblemException if there is no such key, or it must not be used now
     */
    public Caller authenticate(@Nullable String presented, HttpServletRequest request) {
        if (presented == null || presented.isBlank()) {
            throw InvalidApiKey.missing();
        }
        ApiKey key = new ApiKey(presented.strip());
        CallerOrigin origin = CallerOrigin.of(addresses.of(request));
        KnownKey known = key.isPlausible() ? keys.find(key, origin).orElse(null) : null;
        // The index found it by its digest; the comparison that decides takes the same time whatever differs.
        if (known == null || !MessageDigest.isEqual(known.sha256(), key.sha256()) || !known.valid()) {
            throw key.isOfVendor() ? InvalidApiKey.ofVendor() : InvalidApiKey.unknown();
        }
        if (!known.active()) {
            throw InvalidApiKey.inactive();
        }
        if (!known.mayComeFrom(origin)) {
            throw InvalidApiKey.from(origin);
        }
        return known.caller();
    }

    /** Those of the keys that may be used now; read anew. */
    public Set<KeyId> usable(Collection<KeyId> ids) {
        return new HashSet<>(jdbc.sql(USABLE)
                .param("ids", ids.stream().map(KeyId::value).toArray(UUID[]::new))
                .query((row, _) -> new KeyId(row.getObject("id", UUID.class)))
                .list());
    }

    /**
     * Who goes on acting by a key that was presented before; read anew, and empty once it must not be used any more, or not
     * from where this request comes from.
     */
    public Optional<Caller> find(KeyId key, HttpServletRequest request) {
        CallerOrigin origin = CallerOrigin.of(addresses.of(request));
        return jdbc.sql(FIND_USABLE)
                .param("id", key.value())
                .query((row, _) -> usable(row, origin))
                .optional()
                .flatMap(caller -> caller);
    }

    private static Optional<Caller> usable(ResultSet row, CallerOrigin origin) throws SQLException {
        return AllowedNetworks.read(row).admit(origin)
                ? Optional.of(new Caller(
                        new Tenant(new TenantId(row.getObject("tenant_id", UUID.class)), row.getString("tenant_name")),
                        new KeyId(row.getObject("key_id", UUID.class)),
                        row.getString("key_name"),
                        row.getString("prefix")))
                : Optional.empty();
    }
}
