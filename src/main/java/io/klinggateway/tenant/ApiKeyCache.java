package io.klinggateway.tenant;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Who calls with a key. A key that may pass is remembered for a few seconds: on this replica a change of it, or of its
 * tenant, binds at once; on the others as soon as they have forgotten it. Admission does not rely on it: it reads the rows.
 * What may not pass is never remembered, so a key that is issued or a tenant that comes back can call at once.
 */
@Component
@EnableConfigurationProperties(KeySettings.class)
class ApiKeyCache {

    private static final Logger log = LoggerFactory.getLogger(ApiKeyCache.class);
    private static final int MOST_REMEMBERED = 10_000;

    private static final String FIND = """
            select t.id as tenant_id, t.name as tenant_name, t.status, k.id as key_id, k.name as key_name, k.sha256, k.allowed_networks,
                   k.revoked_at is null and (k.expires_at is null or k.expires_at > gateway_now()) as valid,
                   k.last_used_at is distinct from date_trunc('minute', gateway_now()) as first_use_this_minute
              from api_key k join tenant t on t.id = k.tenant_id
             where k.sha256 = :sha256
            """;

    /** A caller does not wait to write what another writes at this moment. */
    private static final String NOTE_USE = """
            update api_key set last_used_at = date_trunc('minute', gateway_now()), last_used_from = :address
             where id = (select id from api_key where id = :id for no key update skip locked)
            """;

    private final JdbcClient jdbc;
    private final AsyncCache<ByteBuffer, Optional<KnownKey>> remembered;

    ApiKeyCache(JdbcClient jdbc, KeySettings settings) {
        this.jdbc = jdbc;
        this.remembered = Caffeine.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfterWrite(settings.rememberedFor())
                .executor(Runnable::run)
                .buildAsync();
    }

    /**
     * @param valid neither revoked nor expired
     * @param active the tenant is not suspended
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by who knows how
    record KnownKey(
            Caller caller,
            byte[] sha256,
            boolean valid,
            boolean active,
            AllowedNetworks networks,
            boolean firstUseThisMinute) {

        boolean mayPass() {
            return valid && active;
        }

        boolean mayComeFrom(CallerOrigin origin) {
            return networks.admit(origin);
        }

        @Override
        public String toString() {
            return "KnownKey[caller=" + caller + ", sha256=hidden]";
        }
    }

    /** Callers that ask for the same key at the same moment share one look, and its failure. */
    Optional<KnownKey> find(ApiKey key, CallerOrigin origin) {
        ByteBuffer digest = ByteBuffer.wrap(key.sha256());
        CompletableFuture<Optional<KnownKey>> look = new CompletableFuture<>();
        CompletableFuture<Optional<KnownKey>> known = remembered.asMap().putIfAbsent(digest, look);
        if (known != null) {
            return join(known);
        }
        try {
            Optional<KnownKey> found = read(key);
            found.filter(used -> used.firstUseThisMinute() && used.mayComeFrom(origin))
                    .ifPresent(used -> noteUse(used.caller().keyId(), origin));
            if (found.filter(KnownKey::mayPass).isEmpty()) {
                remembered.asMap().remove(digest, look);
            }
            look.complete(found);
            return found;
        } catch (Throwable failure) {
            look.completeExceptionally(failure);
            throw failure;
        }
    }

    private static Optional<KnownKey> join(CompletableFuture<Optional<KnownKey>> known) {
        try {
            return known.join();
        } catch (CompletionException failed) {
            if (failed.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw failed;
        }
    }

    /** To be called in a transaction that changes a key or its tenant. */
    void forgetAfterwards() {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCompletion(int status) {
                remembered.synchronous().invalidateAll();
            }
        });
    }

    private Optional<KnownKey> read(ApiKey key) {
        return jdbc.sql(FIND)
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
                        row.getString("status").equals(TenantStatus.ACTIVE.name()),
                        AllowedNetworks.read(row),
                        row.getBoolean("first_use_this_minute")))
                .optional();
    }

    /** What cannot be written, as while a database only lets itself be read, keeps nobody from reading. */
    private void noteUse(KeyId key, CallerOrigin origin) {
        try {
            jdbc.sql(NOTE_USE)
                    .param("id", key.value())
                    .param("address", origin.toString())
                    .update();
        } catch (DataAccessException unwritten) {
            log.warn("the use of key {} is not noted: {}", key, unwritten.getMessage());
        }
    }
}
