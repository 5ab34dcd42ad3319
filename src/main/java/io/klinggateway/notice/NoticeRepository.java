package io.klinggateway.notice;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.notice.Notice.NoticeDelivery;
import io.klinggateway.notice.NoticeSettings.OperatorChannel;
import io.klinggateway.support.Columns;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.SqlTimes;
import io.klinggateway.webhook.DeliveryStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The tables of notices and of their deliveries. What raises a notice stands in {@code R__notice.sql}. */
@Repository
class NoticeRepository {

    private static final String COLUMNS =
            "n.id, n.cause, n.tenant_id, t.name as team, n.facts, n.created_at, n.silenced";

    private static final String NOTICES =
            "select " + COLUMNS + " from notice n left join tenant t on t.id = n.tenant_id\n";

    private static final String PAGE = """
               and (n.created_at, n.id) < (coalesce(cast(:beforeTime as timestamptz), 'infinity'), :beforeId)
             order by n.created_at desc, n.id desc
             limit :most
            """;

    private static final String LIST = NOTICES + " where true\n" + PAGE;
    private static final String LIST_OF_TENANT = NOTICES + " where n.tenant_id = :tenant\n" + PAGE;
    private static final String LIST_FOR_TEAM =
            NOTICES + " where n.tenant_id = :tenant and notice_is_for_team(n.cause)\n" + PAGE;

    private static final String LIST_FAILING = NOTICES + """
             where n.id in (select notice_id from notice_delivery
                             where status = 'failed' or status = 'pending' and attempts > 0)
             order by n.created_at desc, n.id desc
             limit :most
            """;

    private static final String DELIVERIES = """
            select notice_id, channel, kind, status, attempts, last_outcome, last_attempt_at
              from notice_delivery
             where notice_id = any(:ids) and (channel_id is not null or :operators)
             order by channel_id is null, channel
            """;

    private static final String FIND_OWED = """
            select d.channel_id is not null as of_team, d.channel, d.kind, d.attempts,
                   c.kind as channel_kind, c.target, c.key_id,
            """ + COLUMNS + """

              from notice_delivery d
              join notice n on n.id = d.notice_id
              left join tenant t on t.id = n.tenant_id
              left join notice_channel c on c.id = d.channel_id
             where d.id = :id and d.status = 'pending'
            """;

    private static final String RECORD = """
            update notice_delivery
               set status = :status, attempts = attempts + 1, last_outcome = :outcome, last_attempt_at = gateway_now()
             where id = :id
            returning kind
            """;

    private static final String COUNT_FAILING = """
            select kind, count(*) filter (where status = 'pending') as retrying, count(*) filter (where status = 'failed') as failed
              from notice_delivery
             where created_at > gateway_now() - interval '3 days' and (status = 'failed' or status = 'pending' and attempts > 0)
             group by kind
            """;

    private static final String KEEP_OPERATOR_CHANNEL = """
            insert into notice_operator_channel (name, kind, teams, seen_at)
            values (:name, :kind, :teams, clock_timestamp())
            on conflict (name) do update set kind = excluded.kind, teams = excluded.teams, seen_at = excluded.seen_at
            """;

    private static final String RAISE_EXPIRING_KEYS = "select notice_expiring_keys()";

    private static final String FORGET = """
            delete from notice n
             using (select id from notice
                     where created_at <= (select gateway_now() - make_interval(secs => :age))
                       and (rearmed or holds_until <= gateway_now())
                     order by created_at limit :most for update skip locked) old
             where n.id = old.id
            """;

    private static final String TEST = "select notice_test(:tenant, :channel, :actor)";

    private static final String RECENT_TESTS = """
            select count(*) from notice
             where cause = 'TEST' and subject = coalesce(cast(:tenant as text), 'operators') and not rearmed
               and created_at > gateway_now() - make_interval(secs => :age)
            """;

    private static final String RETRY = NOTICES + " where n.id = :id and notice_retry(n.id) > 0";

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;
    private final JsonMapper json;

    NoticeRepository(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /**
     * Newest first, with all their deliveries.
     *
     * @param tenant null for all, and those about none
     */
    List<Notice> list(@Nullable TenantId tenant, @Nullable PageCursor before, int most) {
        return tenant == null
                ? page(jdbc.sql(LIST), before, most, true)
                : page(ofTenant(LIST_OF_TENANT, tenant), before, most, true);
    }

    /** Newest first: those that are the team's, without the operators' channels. */
    List<Notice> listForTeam(TenantId tenant, @Nullable PageCursor before, int most) {
        return page(ofTenant(LIST_FOR_TEAM, tenant), before, most, false);
    }

    /** Newest first, with all their deliveries: those of which one failed and has not succeeded since. */
    List<Notice> failing(int most) {
        return withDeliveries(
                jdbc.sql(LIST_FAILING)
                        .param("most", most)
                        .query((row, _) -> notice(row, List.of()))
                        .list(),
                true);
    }

    private JdbcClient.StatementSpec ofTenant(String statement, TenantId tenant) {
        return jdbc.sql(statement).param("tenant", tenant.value());
    }

    private List<Notice> page(
            JdbcClient.StatementSpec statement, @Nullable PageCursor before, int most, boolean operators) {
        return withDeliveries(
                statement
                        .param("beforeTime", SqlTimes.timestamp(before == null ? null : before.createdAt()))
                        .param("beforeId", before == null ? HIGHEST_ID : before.id())
                        .param("most", most)
                        .query((row, _) -> notice(row, List.of()))
                        .list(),
                operators);
    }

    private List<Notice> withDeliveries(List<Notice> found, boolean operators) {
        Map<UUID, List<NoticeDelivery>> deliveries = deliveries(found, operators);
        return found.stream()
                .map(notice -> withDeliveries(notice, deliveries.getOrDefault(notice.id(), List.of())))
                .toList();
    }

    private Map<UUID, List<NoticeDelivery>> deliveries(Collection<Notice> notices, boolean operators) {
        Map<UUID, List<NoticeDelivery>> deliveries = new HashMap<>();
        jdbc.sql(DELIVERIES)
                .param("ids", Columns.of(notices, UUID[]::new, Notice::id))
                .param("operators", operators)
                .query(row -> {
                    deliveries
                            .computeIfAbsent(row.getObject("notice_id", UUID.class), _ -> new ArrayList<>())
                            .add(delivery(row));
                });
        return deliveries;
    }

    private static Notice withDeliveries(Notice notice, List<NoticeDelivery> deliveries) {
        return new Notice(
                notice.id(),
                notice.cause(),
                notice.team(),
                notice.title(),
                notice.message(),
                notice.facts(),
                notice.createdAt(),
                notice.silenced(),
                deliveries);
    }

    private Notice notice(ResultSet row, List<NoticeDelivery> deliveries) throws SQLException {
        NoticeCause cause = NoticeCause.valueOf(row.getString("cause"));
        String team = row.getString("team");
        JsonNode facts = json.readTree(row.getString("facts"));
        NoticeText text = new NoticeText(cause, team, facts);
        return new Notice(
                row.getObject("id", UUID.class),
                cause,
                team,
                text.title(),
                text.message(),
                facts,
                SqlTimes.instant(row, "created_at"),
                row.getBoolean("silenced"),
                deliveries);
    }

    private static NoticeDelivery delivery(ResultSet row) throws SQLException {
        return new NoticeDelivery(
                row.getString("channel"),
                ChannelKind.valueOf(row.getString("kind")),
                DeliveryStatus.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getInt("attempts"),
                row.getString("last_outcome"),
                SqlTimes.instantOrNull(row, "last_attempt_at"));
    }

    /**
     * A delivery that has not ended.
     *
     * @param ofTeam whether it goes to a channel of the team, not of the operators
     * @param channelName as it was when the notice was raised
     * @param channel as it is now; null if it is gone, or the operators'
     */
    record OwedNotice(
            Notice notice,
            @Nullable TenantId tenant,
            boolean ofTeam,
            String channelName,
            ChannelKind kind,
            @Nullable NoticeChannel channel,
            int attempts) {}

    Optional<OwedNotice> findOwed(UUID delivery) {
        return jdbc.sql(FIND_OWED)
                .param("id", delivery)
                .query((row, _) -> owed(row))
                .optional();
    }

    private OwedNotice owed(ResultSet row) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        return new OwedNotice(
                notice(row, List.of()),
                tenant == null ? null : new TenantId(tenant),
                row.getBoolean("of_team"),
                row.getString("channel"),
                ChannelKind.valueOf(row.getString("kind")),
                channel(row),
                row.getInt("attempts"));
    }

    private static @Nullable NoticeChannel channel(ResultSet row) throws SQLException {
        String kind = row.getString("channel_kind");
        UUID key = row.getObject("key_id", UUID.class);
        return kind == null
                ? null
                : new NoticeChannel(
                        ChannelKind.valueOf(kind), row.getString("target"), key == null ? null : new KeyId(key));
    }

    /** @return which kind of channel that was; empty if the notice is forgotten */
    Optional<ChannelKind> record(UUID delivery, DeliveryStatus status, String outcome) {
        return jdbc.sql(RECORD)
                .param("id", delivery)
                .param("status", status.wire())
                .param("outcome", outcome)
                .query(String.class)
                .optional()
                .map(ChannelKind::valueOf);
    }

    /** Of the last three days. */
    Map<ChannelKind, FailingNotices> countFailing() {
        Map<ChannelKind, FailingNotices> failing = new HashMap<>();
        jdbc.sql(COUNT_FAILING).query(row -> {
            failing.put(
                    ChannelKind.valueOf(row.getString("kind")),
                    new FailingNotices(row.getLong("retrying"), row.getLong("failed")));
        });
        return failing;
    }

    record FailingNotices(long retrying, long failed) {

        static final FailingNotices NONE = new FailingNotices(0, 0);
    }

    /** @return the notice, without its deliveries; empty if there is none, or all that there was to deliver has arrived */
    Optional<Notice> retry(UUID notice) {
        return jdbc.sql(RETRY)
                .param("id", notice)
                .query((row, _) -> notice(row, List.of()))
                .optional();
    }

    void keepOperatorChannel(OperatorChannel channel) {
        jdbc.sql(KEEP_OPERATOR_CHANNEL)
                .param("name", channel.name())
                .param("kind", channel.kind().name())
                .param("teams", channel.teams())
                .update();
    }

    /** @return how many */
    long raiseExpiringKeys() {
        return jdbc.sql(RAISE_EXPIRING_KEYS).query(Long.class).single();
    }

    /** @return how many */
    int forget(Duration age, int most) {
        return jdbc.sql(FORGET)
                .param("age", age.toSeconds())
                .param("most", most)
                .update();
    }

    /** @param tenant null for the operators' channels */
    int recentTests(@Nullable TenantId tenant, Duration age) {
        return jdbc.sql(RECENT_TESTS)
                .param("tenant", tenant == null ? null : tenant.value().toString(), java.sql.Types.VARCHAR)
                .param("age", SqlTimes.seconds(age))
                .query(Integer.class)
                .single();
    }

    /**
     * @param tenant null for the operators' channels
     * @param channel null for all
     * @return empty, and nothing is written, if there is no such channel
     */
    Optional<UUID> test(@Nullable TenantId tenant, @Nullable String channel, String actor) {
        return jdbc.sql(TEST)
                .param("tenant", tenant == null ? null : tenant.value(), java.sql.Types.OTHER)
                .param("channel", channel, java.sql.Types.VARCHAR)
                .param("actor", actor)
                .query((row, _) -> Optional.ofNullable(row.getObject(1, UUID.class)))
                .single();
    }
}
