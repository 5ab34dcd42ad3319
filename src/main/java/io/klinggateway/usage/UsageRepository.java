package io.klinggateway.usage;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Sums over the journal, and what it points at. */
@Repository
class UsageRepository {

    /** Generations that were answered with an error are no tenant's failures: they never were a job. */
    private static final String SUMS = """
            count(*) filter (where e.entry_kind = 'CAPTURE') as generations,
                   coalesce(sum(coalesce(cardinality(g.result_images), g.images))
                            filter (where e.entry_kind = 'CAPTURE'), 0) as images,
                   coalesce(sum(e.captured_delta), 0) as credits,
                   count(*) filter (where e.entry_kind = 'RELEASE') as failures
              from journal_entry e
              join tenant t on t.id = e.tenant_id
              left join api_key k on k.id = e.key_id
              left join generation g on g.id = e.generation_id
             where e.entry_kind in ('CAPTURE', 'RELEASE', 'ADJUST')
               and e.at >= :from and e.at < coalesce(cast(:to as timestamptz), 'infinity')
               and (cast(:tenant as uuid) is null or e.tenant_id = :tenant)
               and (g.id is null or g.promised)
            """;

    private final JdbcClient jdbc;

    UsageRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<UsageRow> report(UsageQuery query) {
        Set<Dimension> groupBy = query.groupBy();
        String columns = groupBy.stream()
                .map(dimension -> dimension.column() + " as " + dimension.wire() + ", ")
                .collect(Collectors.joining());
        String grouping = groupBy.isEmpty() ? "" : "group by " + places(groupBy) + " order by " + places(groupBy);
        return jdbc.sql("select " + columns + SUMS + grouping)
                .param("from", time(query.from()))
                .param("to", query.to() == null ? null : time(query.to()))
                .param("tenant", query.tenant() == null ? null : query.tenant().value())
                .param("zone", query.zone().getId())
                .query((row, _) -> row(row, groupBy))
                .list();
    }

    private static String places(Set<Dimension> groupBy) {
        return IntStream.rangeClosed(1, groupBy.size())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
    }

    private static UsageRow row(ResultSet row, Set<Dimension> groupBy) throws SQLException {
        return new UsageRow(
                text(row, groupBy, Dimension.TENANT),
                text(row, groupBy, Dimension.KEY),
                groupBy.contains(Dimension.DAY) ? row.getObject(Dimension.DAY.wire(), LocalDate.class) : null,
                text(row, groupBy, Dimension.MODEL),
                row.getLong("generations"),
                row.getLong("images"),
                row.getLong("credits"),
                row.getLong("failures"));
    }

    private static @Nullable String text(ResultSet row, Set<Dimension> groupBy, Dimension dimension)
            throws SQLException {
        return groupBy.contains(dimension) ? row.getString(dimension.wire()) : null;
    }

    private static OffsetDateTime time(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
