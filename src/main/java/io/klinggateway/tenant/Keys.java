package io.klinggateway.tenant;

import io.klinggateway.ledger.BudgetWindow;
import io.klinggateway.ledger.KeyBudgetId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * The life of tenants' keys: issued, replaced, revoked; never deleted. A change binds the next request to generate on
 * every replica; {@link ApiKeyCache} says when it binds others. Callers that change a key hold its tenant's lock.
 */
@Component
public class Keys {

    private static final String COLUMNS = """
            select id, name, prefix, declared, key_budget_id, created_at, last_used_at, last_used_from,
                   allowed_networks, expires_at, revoked_at, replaced_by,
                   revoked_at is null and (expires_at is null or expires_at > gateway_now()) as valid
              from api_key
             where tenant_id = :tenant
            """;

    private static final String LIST = COLUMNS + " order by created_at, id";
    private static final String FIND = COLUMNS + " and id = :id";

    private static final String ISSUE = """
            insert into api_key (id, tenant_id, name, prefix, sha256, key_budget_id, expires_at, allowed_networks)
            values (:id, :tenant, :name, :prefix, :sha256, :budget, :expiresAt, :networks)
            on conflict (tenant_id, name) where revoked_at is null and replaced_by is null and not declared do nothing
            """;

    private static final String SET_EXPIRY = "update api_key set expires_at = :expiresAt where id = :id";
    private static final String SET_BUDGET = "update api_key set key_budget_id = :budget where id = :id";
    private static final String SET_NETWORKS = "update api_key set allowed_networks = :networks where id = :id";
    private static final String REVOKE =
            "update api_key set revoked_at = gateway_now() where id = :id and revoked_at is null";

    private static final String REPLACE = """
            update api_key
               set replaced_by = :successor,
                   expires_at = least(expires_at, gateway_now() + make_interval(secs => :graceSeconds))
             where id = :id
            """;

    private static final String WITHDRAW = """
            update api_key set revoked_at = gateway_now(), declared = false
             where tenant_id = :tenant and declared and sha256 <> all (:sha256s)
            """;

    private final JdbcClient jdbc;
    private final Ledger ledger;
    private final Tenants tenants;
    private final ApiKeyCache keyCache;

    Keys(JdbcClient jdbc, Ledger ledger, Tenants tenants, ApiKeyCache keyCache) {
        this.jdbc = jdbc;
        this.keyCache = keyCache;
        this.tenants = tenants;
        this.ledger = ledger;
    }

    /** All keys that the tenant ever had, oldest first. */
    public List<RegisteredKey> list(Tenant tenant) {
        return jdbc.sql(LIST)
                .param("tenant", tenant.id().value())
                .query((row, _) -> key(row))
                .list();
    }

    public Optional<RegisteredKey> find(Tenant tenant, KeyId id) {
        return jdbc.sql(FIND)
                .param("tenant", tenant.id().value())
                .param("id", id.value())
                .query((row, _) -> key(row))
                .optional();
    }

    /** The own budget of the caller's key; null if it has none. */
    public @Nullable KeyBudgetId budget(Caller caller) {
        return find(caller.tenant(), caller.keyId()).map(RegisteredKey::budget).orElse(null);
    }

    /**
     * @param expiresAt null if it never does
     * @param windows of a budget of its own; none if it has none
     * @param allowedNetworks whence it may be used; none if from anywhere
     * @throws NameTaken if a live key of the tenant has that name
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public IssuedKey issue(
            Tenant tenant,
            String name,
            @Nullable Instant expiresAt,
            List<BudgetWindow> windows,
            List<CidrBlock> allowedNetworks) {
        return insert(tenant, name, expiresAt, windows.isEmpty() ? null : newBudget(tenant, windows), allowedNetworks);
    }

    /**
     * Issues a key in the place of one that has ended: with its name, budget and networks, and without an end.
     *
     * @throws NameTaken if a live key of the tenant has that name
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public IssuedKey issueAfter(Tenant tenant, RegisteredKey ended) {
        return insert(tenant, ended.name(), null, ended.budget(), ended.allowedNetworks());
    }

    private IssuedKey insert(
            Tenant tenant,
            String name,
            @Nullable Instant expiresAt,
            @Nullable KeyBudgetId budget,
            List<CidrBlock> allowedNetworks) {
        ApiKey key = ApiKey.random();
        KeyId id = new KeyId(UUID.randomUUID());
        int inserted = jdbc.sql(ISSUE)
                .param("id", id.value())
                .param("tenant", tenant.id().value())
                .param("name", name)
                .param("prefix", key.prefix())
                .param("sha256", key.sha256())
                .param("budget", budget == null ? null : budget.value())
                .param("expiresAt", SqlTimes.timestamp(expiresAt))
                .param("networks", new AllowedNetworks(allowedNetworks).texts())
                .update();
        if (inserted == 0) {
            throw new NameTaken(name);
        }
        return new IssuedKey(find(tenant, id).orElseThrow(), key.reveal());
    }

    private KeyBudgetId newBudget(Tenant tenant, List<BudgetWindow> windows) {
        KeyBudgetId budget = new KeyBudgetId(UUID.randomUUID());
        ledger.setKeyBudget(budget, tenant.id(), windows);
        return budget;
    }

    /** @param expiresAt null if it never does */
    @Transactional(propagation = Propagation.MANDATORY)
    public void setExpiry(RegisteredKey key, @Nullable Instant expiresAt) {
        keyCache.forgetAfterwards();
        jdbc.sql(SET_EXPIRY)
                .param("id", key.id().value())
                .param("expiresAt", SqlTimes.timestamp(expiresAt))
                .update();
    }

    /**
     * Gives the key a budget of its own, or changes the one that it has, and may share with a key that it replaced.
     *
     * @param windows none to spend only from the tenant's budget
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void setBudget(Tenant tenant, RegisteredKey key, List<BudgetWindow> windows) {
        if (!windows.isEmpty() && key.budget() != null) {
            ledger.setKeyBudget(key.budget(), tenant.id(), windows);
            return;
        }
        jdbc.sql(SET_BUDGET)
                .param("id", key.id().value())
                .param(
                        "budget",
                        windows.isEmpty() ? null : newBudget(tenant, windows).value())
                .update();
    }

    /** @param allowedNetworks none to allow it from anywhere */
    @Transactional(propagation = Propagation.MANDATORY)
    public void setNetworks(RegisteredKey key, List<CidrBlock> allowedNetworks) {
        keyCache.forgetAfterwards();
        jdbc.sql(SET_NETWORKS)
                .param("id", key.id().value())
                .param("networks", new AllowedNetworks(allowedNetworks).texts())
                .update();
    }

    /** @return false if it was revoked before */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean revoke(RegisteredKey key) {
        keyCache.forgetAfterwards();
        return jdbc.sql(REVOKE).param("id", key.id().value()).update() == 1;
    }

    /**
     * Puts a new key in a key's place: the same name, expiry, budget and networks.
     *
     * @param key valid, and not replaced before
     * @param grace how long the old one goes on beside it
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public IssuedKey rotate(Tenant tenant, RegisteredKey key, Duration grace) {
        if (!key.valid() || key.replacedBy() != null) {
            throw new IllegalArgumentException("only a valid key that was not replaced can be: " + key.id());
        }
        // The old one leaves the name first, and learns afterwards who has it.
        replace(key, key.id(), grace);
        IssuedKey successor = insert(tenant, key.name(), key.expiresAt(), key.budget(), key.allowedNetworks());
        replace(key, successor.registered().id(), grace);
        return successor;
    }

    private void replace(RegisteredKey key, KeyId successor, Duration grace) {
        keyCache.forgetAfterwards();
        jdbc.sql(REPLACE)
                .param("id", key.id().value())
                .param("successor", successor.value())
                .param("graceSeconds", grace.toSeconds())
                .update();
    }

    /**
     * Makes these, and of the declared ones no others, the tenant's declared keys. Repeating it changes nothing.
     *
     * @throws KeyBelongsToAnother if another tenant has one of them
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void declare(Tenant tenant, Collection<NamedDigest> declared) {
        keyCache.forgetAfterwards();
        jdbc.sql(WITHDRAW)
                .param("tenant", tenant.id().value())
                .param("sha256s", declared.stream().map(NamedDigest::digest).toArray(byte[][]::new))
                .update();
        declared.forEach(key -> tenants.registerKey(tenant, key.name(), key.sha256(), key.allowedNetworks()));
    }

    /**
     * @param sha256 64 hexadecimal digits; a secret, for it signs webhooks
     * @param allowedNetworks whence the key may be used; empty if from anywhere
     */
    public record NamedDigest(String name, String sha256, List<CidrBlock> allowedNetworks) {

        byte[] digest() {
            return HexFormat.of().parseHex(sha256);
        }

        @Override
        public String toString() {
            return "NamedDigest[name=" + name + ", sha256=hidden]";
        }
    }

    private static RegisteredKey key(ResultSet row) throws SQLException {
        UUID budget = row.getObject("key_budget_id", UUID.class);
        UUID successor = row.getObject("replaced_by", UUID.class);
        return new RegisteredKey(
                new KeyId(row.getObject("id", UUID.class)),
                row.getString("name"),
                row.getString("prefix"),
                row.getBoolean("declared"),
                budget == null ? null : new KeyBudgetId(budget),
                SqlTimes.instant(row, "created_at"),
                SqlTimes.instantOrNull(row, "last_used_at"),
                row.getString("last_used_from"),
                AllowedNetworks.read(row).networks(),
                SqlTimes.instantOrNull(row, "expires_at"),
                SqlTimes.instantOrNull(row, "revoked_at"),
                successor == null ? null : new KeyId(successor),
                row.getBoolean("valid"));
    }
}
