package io.klinggateway.notice;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Columns;
import io.klinggateway.support.SqlTimes;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The tables of what teams want to hear of, and where. */
@Repository
class NoticeTermsRepository {

    private static final String FIND = "select thresholds, silenced_until from notice_terms where tenant_id = :tenant";

    private static final String CHANNELS =
            "select name, kind, target, key_id from notice_channel where tenant_id = :tenant order by name";

    private static final String THRESHOLDS = "select unnest(notice_thresholds(:tenant))";

    private static final String FIRST_THRESHOLDS =
            "select t.id, (notice_thresholds(t.id))[1] as first from unnest(:tenants::uuid[]) as t (id)";

    private static final String SAVE = """
            insert into notice_terms (tenant_id, thresholds, silenced_until)
            values (:tenant, cast(:thresholds as integer[]), :silencedUntil)
            on conflict (tenant_id) do update
               set thresholds = excluded.thresholds, silenced_until = excluded.silenced_until
            """;

    private static final String SAVE_CHANNEL = """
            insert into notice_channel (id, tenant_id, name, kind, target, key_id)
            values (:id, :tenant, :name, :kind, :target, :key)
            on conflict (tenant_id, name) do update
               set kind = excluded.kind, target = excluded.target, key_id = excluded.key_id
            """;

    private static final String DELETE_CHANNEL =
            "delete from notice_channel where tenant_id = :tenant and name <> all(:names)";

    private static final String TELL_WHAT_IS_REACHED = "select notice_terms_changed(:tenant)";

    private final JdbcClient jdbc;

    NoticeTermsRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    NoticeTerms find(TenantId tenant) {
        Map<String, NoticeChannel> channels = channels(tenant);
        return jdbc.sql(FIND)
                .param("tenant", tenant.value())
                .query((row, _) -> terms(row, channels))
                .optional()
                .orElseGet(() -> new NoticeTerms(null, null, channels));
    }

    private Map<String, NoticeChannel> channels(TenantId tenant) {
        Map<String, NoticeChannel> channels = new TreeMap<>();
        jdbc.sql(CHANNELS).param("tenant", tenant.value()).query(row -> {
            UUID key = row.getObject("key_id", UUID.class);
            channels.put(
                    row.getString("name"),
                    new NoticeChannel(
                            ChannelKind.valueOf(row.getString("kind")),
                            row.getString("target"),
                            key == null ? null : new KeyId(key)));
        });
        return channels;
    }

    private static NoticeTerms terms(ResultSet row, Map<String, NoticeChannel> channels) throws SQLException {
        Array thresholds = row.getArray("thresholds");
        return new NoticeTerms(
                thresholds == null ? null : numbers(thresholds),
                SqlTimes.instantOrNull(row, "silenced_until"),
                channels);
    }

    private static List<Integer> numbers(Array array) throws SQLException {
        List<Integer> numbers = new ArrayList<>();
        for (Object number : (Object[]) array.getArray()) {
            numbers.add((Integer) number);
        }
        return List.copyOf(numbers);
    }

    /** Those that hold: the team's own, or the default. */
    List<Integer> thresholds(TenantId tenant) {
        return jdbc.sql(THRESHOLDS)
                .param("tenant", tenant.value())
                .query((row, _) -> row.getInt(1))
                .list();
    }

    /** Nothing of a tenant that has none. */
    Map<TenantId, Integer> firstThresholds(Collection<TenantId> tenants) {
        Map<TenantId, Integer> thresholds = new HashMap<>();
        jdbc.sql(FIRST_THRESHOLDS)
                .param("tenants", Columns.of(tenants, UUID[]::new, TenantId::value))
                .query(row -> {
                    Integer first = row.getObject("first", Integer.class);
                    if (first != null) {
                        thresholds.put(new TenantId(row.getObject("id", UUID.class)), first);
                    }
                });
        return thresholds;
    }

    void save(TenantId tenant, NoticeTerms terms) {
        jdbc.sql(SAVE)
                .param("tenant", tenant.value())
                .param("thresholds", literal(terms.thresholds()), Types.VARCHAR)
                .param("silencedUntil", SqlTimes.timestamp(terms.silencedUntil()), Types.TIMESTAMP_WITH_TIMEZONE)
                .update();
        jdbc.sql(DELETE_CHANNEL)
                .param("tenant", tenant.value())
                .param("names", terms.channels().keySet().toArray(String[]::new))
                .update();
        terms.channels().forEach((name, channel) -> save(tenant, name, channel));
        jdbc.sql(TELL_WHAT_IS_REACHED)
                .param("tenant", tenant.value())
                .query((_, _) -> "")
                .list();
    }

    private void save(TenantId tenant, String name, NoticeChannel channel) {
        KeyId key = channel.key();
        jdbc.sql(SAVE_CHANNEL)
                .param("id", UUID.randomUUID())
                .param("tenant", tenant.value())
                .param("name", name)
                .param("kind", channel.kind().name())
                .param("target", channel.target())
                .param("key", key == null ? null : key.value(), Types.OTHER)
                .update();
    }

    private static @Nullable String literal(@Nullable List<Integer> numbers) {
        return numbers == null ? null : numbers.toString().replace('[', '{').replace(']', '}');
    }
}
