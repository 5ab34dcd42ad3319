package io.klinggateway.tenant;

import io.klinggateway.credits.Credits;
import io.klinggateway.ledger.Budget;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.SqlTimes;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The registry of tenants, and of the keys that open it. */
@Component
public class Tenants {

    private static final String COLUMNS = """
            select id, name, status, declared, cost_centre, retention_days, requests_per_minute, concurrent_generations, waiting_generations, weight,
                   self_service_keys, self_service_days, self_service_budget,
                   webhook_url, webhook_events, webhook_declared, created_at
              from tenant
            """;

    private static final String FIND = COLUMNS + " where name = :name";
    private static final String LOCK = COLUMNS + " where name = :name for no key update";
    private static final String LIST =
            COLUMNS + " where name > :after and position(:part in name) > 0 order by name limit :most";
    private static final String LIST_NAMED = COLUMNS + " where name = any (:names)";
    private static final String LIST_DECLARED = COLUMNS + " where declared order by name for no key update";

    private static final String NAMES = "select id, name from tenant where id = any (:ids)";

    private static final String REGISTER = """
            insert into tenant (id, name) values (:id, :name)
            on conflict (name) do update set name = excluded.name
            returning id
            """;

    private static final String REGISTER_KEY = """
            insert into api_key (id, tenant_id, name, sha256, declared, allowed_networks)
            values (:id, :tenant, :name, :sha256, true, :networks)
            on conflict (sha256) do update set name = excluded.name, declared = true, revoked_at = null,
                   expires_at = null, replaced_by = null, allowed_networks = excluded.allowed_networks
             where api_key.tenant_id = excluded.tenant_id
            """;

    private static final String CREATE = """
            insert into tenant (id, name) values (:id, :name) on conflict (name) do nothing
            """;

    private static final String CHANGE = """
            update tenant
               set status = :status, declared = :declared, cost_centre = :costCentre, retention_days = :retentionDays,
                   requests_per_minute = :requestsPerMinute,
                   concurrent_generations = :concurrentGenerations, waiting_generations = :waitingGenerations,
                   weight = :weight, self_service_keys = :selfServiceKeys, self_service_days = :selfServiceDays,
                   self_service_budget = :selfServiceBudget,
                   webhook_url = :webhookUrl, webhook_events = :webhookEvents, webhook_declared = :webhookDeclared
             where id = :id
            """;

    private final JdbcClient jdbc;
    private final Ledger ledger;
    private final ApiKeyCache keyCache;

    Tenants(JdbcClient jdbc, Ledger ledger, ApiKeyCache keyCache) {
        this.jdbc = jdbc;
        this.ledger = ledger;
        this.keyCache = keyCache;
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
     * Lets the tenant call with the key of this digest, declared by the configuration. Repeating it changes nothing but
     * the name.
     *
     * @param sha256 64 hexadecimal digits
     * @throws KeyBelongsToAnother if another tenant has that key
     */
    @Transactional
    public void registerKey(Tenant tenant, String keyName, String sha256) {
        registerKey(tenant, keyName, sha256, List.of());
    }

    /**
     * The same, with the networks from which the key may be used.
     *
     * @param allowedNetworks empty if from anywhere
     */
    @Transactional
    public void registerKey(Tenant tenant, String keyName, String sha256, List<CidrBlock> allowedNetworks) {
        keyCache.forgetAfterwards();
        int registered = jdbc.sql(REGISTER_KEY)
                .param("id", UUID.randomUUID())
                .param("tenant", tenant.id().value())
                .param("name", keyName)
                .param("sha256", HexFormat.of().parseHex(sha256))
                .param("networks", new AllowedNetworks(allowedNetworks).texts())
                .update();
        if (registered == 0) {
            throw new KeyBelongsToAnother(tenant.name(), keyName);
        }
    }

    public Optional<TenantRecord> find(String name) {
        return jdbc.sql(FIND)
                .param("name", name)
                .query((row, _) -> registration(row))
                .optional();
    }

    /** Finds a tenant and locks it against changes until the transaction ends. Its requests go on. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<TenantRecord> lock(String name) {
        return jdbc.sql(LOCK)
                .param("name", name)
                .query((row, _) -> registration(row))
                .optional();
    }

    /**
     * By name.
     *
     * @param afterName the name below which the list begins; empty for the first
     * @param part what their names have in them; empty for all
     */
    public List<TenantRecord> list(String afterName, String part, int most) {
        return jdbc.sql(LIST)
                .param("after", afterName)
                .param("part", part)
                .param("most", most)
                .query((row, _) -> registration(row))
                .list();
    }

    /** Those of these names that there are, in no order. */
    public List<TenantRecord> list(Collection<String> names) {
        return jdbc.sql(LIST_NAMED)
                .param("names", names.toArray(String[]::new))
                .query((row, _) -> registration(row))
                .list();
    }

    /** Finds the declared ones and locks them. */
    @Transactional(propagation = Propagation.MANDATORY)
    public List<TenantRecord> lockDeclared() {
        return jdbc.sql(LIST_DECLARED).query((row, _) -> registration(row)).list();
    }

    /** @throws NameTaken if there is one of that name */
    @Transactional(propagation = Propagation.MANDATORY)
    public TenantRecord create(String name, Budget budget, TenantSettings settings) {
        int created = jdbc.sql(CREATE)
                .param("id", UUID.randomUUID())
                .param("name", name)
                .update();
        if (created == 0) {
            throw new NameTaken(name);
        }
        TenantRecord registered = lock(name).orElseThrow();
        ledger.setBudget(registered.tenant().id(), budget);
        return change(registered, TenantStatus.ACTIVE, false, settings);
    }

    /** Status and limits bind the next request to generate on every replica; {@link ApiKeyCache} says when they bind others. */
    @Transactional(propagation = Propagation.MANDATORY)
    public TenantRecord change(TenantRecord tenant, TenantStatus status, boolean declared, TenantSettings settings) {
        TenantRecord changed = new TenantRecord(tenant.tenant(), status, declared, settings, tenant.createdAt());
        if (!changed.equals(tenant)) {
            keyCache.forgetAfterwards();
            Limits limits = settings.limits();
            SelfService selfService = settings.selfService();
            DefaultWebhook webhook = settings.defaultWebhook();
            jdbc.sql(CHANGE)
                    .param("id", tenant.tenant().id().value())
                    .param("status", status.name())
                    .param("declared", declared)
                    .param("costCentre", settings.costCentre())
                    .param("retentionDays", settings.retentionDays())
                    .param("requestsPerMinute", limits.requestsPerMinute())
                    .param("concurrentGenerations", limits.concurrentGenerations())
                    .param("waitingGenerations", limits.waitingGenerations())
                    .param("weight", limits.weight())
                    .param("selfServiceKeys", selfService == null ? null : selfService.mostKeys())
                    .param("selfServiceDays", selfService == null ? null : selfService.longestValidityDays())
                    .param("selfServiceBudget", highestKeyBudget(selfService))
                    .param("webhookUrl", webhook == null ? null : webhook.url())
                    .param("webhookEvents", events(webhook), Types.ARRAY)
                    .param("webhookDeclared", webhook != null && webhook.declared())
                    .update();
        }
        return changed;
    }

    public Map<TenantId, String> names(Collection<TenantId> ids) {
        Map<TenantId, String> names = new HashMap<>();
        jdbc.sql(NAMES)
                .param("ids", ids.stream().map(TenantId::value).toArray(UUID[]::new))
                .query(row -> {
                    names.put(new TenantId(row.getObject("id", UUID.class)), row.getString("name"));
                });
        return names;
    }

    private static TenantRecord registration(ResultSet row) throws SQLException {
        return new TenantRecord(
                new Tenant(new TenantId(row.getObject("id", UUID.class)), row.getString("name")),
                TenantStatus.valueOf(row.getString("status")),
                row.getBoolean("declared"),
                new TenantSettings(
                        row.getString("cost_centre"),
                        row.getObject("retention_days", Integer.class),
                        new Limits(
                                row.getObject("requests_per_minute", Integer.class),
                                row.getObject("concurrent_generations", Integer.class),
                                row.getObject("waiting_generations", Integer.class),
                                row.getInt("weight")),
                        selfService(row),
                        webhook(row)),
                SqlTimes.instant(row, "created_at"));
    }

    private static @Nullable Long highestKeyBudget(@Nullable SelfService selfService) {
        Credits highest = selfService == null ? null : selfService.highestKeyBudget();
        return highest == null ? null : highest.amount();
    }

    private static String @Nullable [] events(@Nullable DefaultWebhook webhook) {
        List<String> events = webhook == null ? null : webhook.events();
        return events == null ? null : events.toArray(String[]::new);
    }

    private static @Nullable DefaultWebhook webhook(ResultSet row) throws SQLException {
        String url = row.getString("webhook_url");
        Array events = row.getArray("webhook_events");
        return url == null
                ? null
                : new DefaultWebhook(
                        url,
                        events == null ? null : List.of((String[]) events.getArray()),
                        row.getBoolean("webhook_declared"));
    }

    private static @Nullable SelfService selfService(ResultSet row) throws SQLException {
        Integer keys = row.getObject("self_service_keys", Integer.class);
        Long budget = row.getObject("self_service_budget", Long.class);
        return keys == null
                ? null
                : new SelfService(
                        keys,
                        row.getObject("self_service_days", Integer.class),
                        budget == null ? null : new Credits(budget));
    }
}
