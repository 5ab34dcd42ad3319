package io.klinggateway.picturestore;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Columns;
import io.klinggateway.support.ImageType;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of pictures. It is the queue of copies and of erasures, too: what is due, and who works on it, is one row. */
@Repository
class PictureRepository {

    /** The vendor's retention begins when it makes the job. However late that is heard of, its word is tried. */
    private static final String KEEP = """
            insert into picture (generation_id, image_number, tenant_id, vendor_url, vendor_until)
            select :generation, image.number, :tenant, image.url,
                   greatest(gateway_now() + interval '15 minutes',
                            coalesce(least(cast(:madeAt as timestamptz), gateway_now()), gateway_now())
                                + make_interval(secs => :retention))
              from unnest(:urls::text[]) with ordinality as image (url, number)
            on conflict do nothing
            """;

    /**
     * The longest due of each tenant, as many as it may have under way on all replicas. Of two replicas that look at the same
     * moment, each may take as many; the next look sees both.
     */
    private static final String CLAIM = """
            with recursive teams (tenant_id) as (
                (select tenant_id from picture where state = 'PENDING' and erased_at is null order by tenant_id limit 1)
                union all
                select (select p.tenant_id from picture p
                         where p.state = 'PENDING' and p.erased_at is null and p.tenant_id > t.tenant_id
                         order by p.tenant_id limit 1)
                  from teams t where t.tenant_id is not null),
            due as (
                select p.generation_id, p.image_number
                  from teams t
                 cross join lateral (
                    select d.generation_id, d.image_number, d.due_at
                      from picture d
                     where d.tenant_id = t.tenant_id and d.state = 'PENDING' and d.erased_at is null
                       and d.due_at <= (select gateway_now())
                     order by d.due_at
                     limit greatest(0, :perTenant - (
                        select count(*) from picture l
                         where l.tenant_id = t.tenant_id and l.state = 'PENDING' and l.erased_at is null
                           and l.leased and l.due_at > (select gateway_now())))
                       for update skip locked) p
                 order by p.due_at
                 limit :most)
            update picture p
               set attempts = attempts + 1, unended = unended + 1, leased = true, due_at = gateway_now() + make_interval(secs => :lease)
              from due
             where p.generation_id = due.generation_id and p.image_number = due.image_number
            returning p.generation_id, p.image_number, p.vendor_url, p.attempts, p.unended - 1 as unended_before
            """;

    private static final String STORED = """
            update picture
               set state = 'STORED', leased = false, stored_at = gateway_now(), last_failure = null,
                   content_type = :type, byte_size = :bytes, sha256 = :sha256, thumbnail_size = :thumbnail
             where generation_id = :generation and image_number = :number and attempts = :attempt and state = 'PENDING'
               and erased_at is null
            returning extract(epoch from stored_at - created_at)
            """;

    /** With every failure the pause doubles, up to five minutes, a tenth more or less. */
    private static final String FAILED = """
            update picture
               set state = case when vendor_until <= gateway_now() then 'GAVE_UP' else state end,
                   due_at = gateway_now() + case when vendor_until <= gateway_now() then interval '0'
                       else make_interval(secs => least(300, 5 * power(2, least(attempts, 10) - 1))
                                                  * (0.9 + random() / 5)) end,
                   unended = unended - 1, leased = false, last_failure = :failure
             where generation_id = :generation and image_number = :number and attempts = :attempt and state = 'PENDING'
               and erased_at is null
            returning state
            """;

    private static final String PURGED = """
            update picture set vendor_until = least(vendor_until, gateway_now()) where generation_id = :generation
            """;

    private static final String COPIES = """
            select generation_id, image_number, state, vendor_url, vendor_until <= gateway_now() as vendor_over, content_type
              from picture where generation_id = any(:generations) and erased_at is null
             order by generation_id, image_number
            """;

    private static final String RECORDS = """
            select generation_id, image_number, tenant_id, state, vendor_url, vendor_until <= gateway_now() as vendor_over,
                   content_type, byte_size, sha256, thumbnail_size
              from picture where generation_id = :generation and erased_at is null
            """;

    private static final String FIND = RECORDS + "and image_number = :number";

    private static final String STORED_OF_TENANT =
            RECORDS + "and tenant_id = :tenant and state = 'STORED' order by image_number";

    private static final String KNOWN = """
            select generation_id, image_number
              from unnest(:generations::uuid[], :numbers::int[]) as asked (generation_id, image_number)
              join picture using (generation_id, image_number)
            """;

    /** A copy that is under way may yet put its bytes: they are deleted when its lease is over. */
    private static final String ERASE = """
            update picture
               set erased_at = gateway_now(), leased = false,
                   due_at = case when leased and due_at > gateway_now() then due_at else gateway_now() end
             where generation_id = any(:generations) and erased_at is null
            """;

    private static final String ERASE_OLD = """
            update picture p
               set erased_at = gateway_now(), leased = false,
                   due_at = case when leased and due_at > gateway_now() then due_at else gateway_now() end
              from (select generation_id, image_number from picture
                     where erased_at is null and created_at <= (select gateway_now() - make_interval(secs => :age))
                     order by created_at limit :most for update skip locked) old
             where p.generation_id = old.generation_id and p.image_number = old.image_number
            """;

    private static final String ERASE_OLDER = """
            update picture p
               set erased_at = gateway_now(), leased = false,
                   due_at = case when leased and due_at > gateway_now() then due_at else gateway_now() end
              from (select old.generation_id, old.image_number
                      from tenant t
                     cross join lateral (
                           select generation_id, image_number from picture
                            where tenant_id = t.id and erased_at is null
                              and created_at <= (select gateway_now())
                                  - coalesce(make_interval(days => t.retention_days), make_interval(secs => :age))
                            order by created_at limit :most for update skip locked) old
                     limit :most) old
             where p.generation_id = old.generation_id and p.image_number = old.image_number
            """;

    private static final String CLAIM_ERASED = """
            update picture p set due_at = gateway_now() + make_interval(secs => :lease)
              from (select generation_id, image_number from picture
                     where erased_at is not null and due_at <= (select gateway_now())
                     order by due_at limit :most for update skip locked) due
             where p.generation_id = due.generation_id and p.image_number = due.image_number
            returning p.generation_id, p.image_number
            """;

    private static final String FORGET = """
            delete from picture where generation_id = :generation and image_number = :number and erased_at is not null
            """;

    private static final String BACKLOG = """
            select pending, coalesce(extract(epoch from gateway_now() - since), 0) as age, lost, erased
              from (select count(*) as pending, min(created_at) as since
                      from picture where state = 'PENDING' and erased_at is null) waiting,
                   (select count(*) as lost from picture
                     where state = 'GAVE_UP' and due_at > (select gateway_now() - interval '1 day')) gone,
                   (select count(*) as erased from picture where erased_at is not null) erasable
            """;

    private final JdbcClient jdbc;

    PictureRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Repeating it changes nothing.
     *
     * @param madeAt null for now
     */
    void keep(
            GenerationId generation,
            TenantId tenant,
            List<String> urls,
            @Nullable Instant madeAt,
            Duration vendorRetention) {
        jdbc.sql(KEEP)
                .param("generation", generation.value())
                .param("tenant", tenant.value())
                .param("urls", urls.toArray(String[]::new))
                .param("madeAt", SqlTimes.timestamp(madeAt), Types.TIMESTAMP_WITH_TIMEZONE)
                .param("retention", vendorRetention.toSeconds())
                .update();
    }

    List<PictureAttempt> claim(int most, int perTenant, Duration lease) {
        return jdbc.sql(CLAIM)
                .param("most", most)
                .param("perTenant", perTenant)
                .param("lease", lease.toSeconds())
                .query((row, _) -> new PictureAttempt(
                        id(row), row.getString("vendor_url"), row.getInt("attempts"), row.getInt("unended_before")))
                .list();
    }

    /**
     * @param thumbnailBytes null if there is none
     * @return seconds since the generation's end; empty if it came too late: erased, or another attempt's by now
     */
    Optional<Double> stored(PictureAttempt copied, SpooledPicture picture, @Nullable Long thumbnailBytes) {
        return of(copied.id(), jdbc.sql(STORED))
                .param("attempt", copied.number())
                .param("type", picture.contentType())
                .param("bytes", picture.length())
                .param("sha256", picture.sha256Digest())
                .param("thumbnail", thumbnailBytes, Types.BIGINT)
                .query(Double.class)
                .optional();
    }

    /** @return whether it is given up; empty if it came too late: erased, or another attempt's by now */
    Optional<PictureState> failed(PictureAttempt copied, String failure) {
        return of(copied.id(), jdbc.sql(FAILED))
                .param("attempt", copied.number())
                .param("failure", failure)
                .query((row, _) -> PictureState.valueOf(row.getString("state")))
                .optional();
    }

    void purged(GenerationId generation) {
        jdbc.sql(PURGED).param("generation", generation.value()).update();
    }

    /** Of those generations that have any, in the order of the images. */
    Map<GenerationId, List<PictureCopy>> copies(Collection<GenerationId> generations) {
        Map<GenerationId, List<PictureCopy>> copies = new HashMap<>();
        jdbc.sql(COPIES)
                .param("generations", Columns.of(generations, UUID[]::new, GenerationId::value))
                .query(row -> {
                    PictureId id = id(row);
                    String type = row.getString("content_type");
                    copies.computeIfAbsent(id.generation(), _ -> new ArrayList<>())
                            .add(new PictureCopy(
                                    id.number(),
                                    PictureState.valueOf(row.getString("state")),
                                    row.getString("vendor_url"),
                                    row.getBoolean("vendor_over"),
                                    type == null
                                            ? ""
                                            : "."
                                                    + ImageType.ofContentType(type)
                                                            .extension()));
                });
        return copies;
    }

    Optional<PictureRecord> find(PictureId id) {
        return of(id, jdbc.sql(FIND))
                .query((row, _) -> PictureRecord.of(id(row), row))
                .optional();
    }

    /** In the order of the images; none of another tenant's generation. */
    List<PictureRecord> storedOf(TenantId tenant, GenerationId generation) {
        return jdbc.sql(STORED_OF_TENANT)
                .param("tenant", tenant.value())
                .param("generation", generation.value())
                .query((row, _) -> PictureRecord.of(id(row), row))
                .list();
    }

    /** Those of the pictures that have a row, whatever their state. */
    Set<PictureId> known(Collection<PictureId> asked) {
        return new HashSet<>(jdbc.sql(KNOWN)
                .param(
                        "generations",
                        Columns.of(asked, UUID[]::new, id -> id.generation().value()))
                .param("numbers", Columns.of(asked, Integer[]::new, PictureId::number))
                .query((row, _) -> id(row))
                .list());
    }

    /** From now on nobody sees them. */
    void erase(Collection<GenerationId> generations) {
        jdbc.sql(ERASE)
                .param("generations", Columns.of(generations, UUID[]::new, GenerationId::value))
                .update();
    }

    /** @return how many */
    int eraseOld(Duration age, int most) {
        return jdbc.sql(ERASE_OLD)
                .param("age", age.toSeconds())
                .param("most", most)
                .update();
    }

    /**
     * Those that are older than their tenant's requests are kept.
     *
     * @param age for tenants that have none of their own
     * @return how many
     */
    int eraseOlderThanRequests(Duration age, int most) {
        return jdbc.sql(ERASE_OLDER)
                .param("age", age.toSeconds())
                .param("most", most)
                .update();
    }

    /** Erased ones whose bytes are still to be deleted. */
    List<PictureId> claimErased(int most, Duration lease) {
        return jdbc.sql(CLAIM_ERASED)
                .param("most", most)
                .param("lease", lease.toSeconds())
                .query((row, _) -> id(row))
                .list();
    }

    boolean any() {
        return jdbc.sql("select exists (select from picture)")
                .query(Boolean.class)
                .single();
    }

    void forget(PictureId id) {
        of(id, jdbc.sql(FORGET)).update();
    }

    /**
     * @param oldestSeconds how long the oldest of those to be copied has been waiting; 0 if there is none
     * @param lost given up within the last day
     * @param erased whose bytes are still to be deleted
     */
    record Backlog(long pending, double oldestSeconds, long lost, long erased) {}

    Backlog backlog() {
        return jdbc.sql(BACKLOG)
                .query((row, _) -> new Backlog(
                        row.getLong("pending"), row.getDouble("age"), row.getLong("lost"), row.getLong("erased")))
                .single();
    }

    private static JdbcClient.StatementSpec of(PictureId id, JdbcClient.StatementSpec statement) {
        return statement.param("generation", id.generation().value()).param("number", id.number());
    }

    private static PictureId id(ResultSet row) throws SQLException {
        return new PictureId(new GenerationId(row.getObject("generation_id", UUID.class)), row.getInt("image_number"));
    }
}
