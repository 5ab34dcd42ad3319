package io.klinggateway.upload;

import io.klinggateway.apiframe.UploadOutcome.Stored;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.SqlTimes;
import io.klinggateway.tenant.Caller;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What teams have uploaded, and how much of it today. */
@Repository
class UploadRepository {

    private static final String RESERVE = """
            insert into upload_day as known (tenant_id, day, files, bytes)
            select :tenant, (gateway_now() at time zone 'UTC')::date, 1, :bytes
             where :most_files >= 1 and :bytes <= :most_bytes
            on conflict (tenant_id, day) do update set files = known.files + 1, bytes = known.bytes + excluded.bytes
             where known.files < :most_files and known.bytes + excluded.bytes <= :most_bytes
            returning day
            """;

    private static final String TODAY_ENDS = """
            select extract(epoch from date_trunc('day', gateway_now() at time zone 'UTC') + interval '1 day'
                                      - gateway_now() at time zone 'UTC')
            """;

    private static final String GIVE_BACK = """
            update upload_day set files = files - :files, bytes = bytes - :bytes where tenant_id = :tenant and day = :day
            """;

    private static final String RECORD = """
            insert into upload as known (tenant_id, id, key_id, url, content_type, byte_size, expires_at)
            values (:tenant, :id, :key, :url, :content_type, :bytes, :expires_at)
            on conflict (tenant_id, id) do update set expires_at = greatest(known.expires_at, excluded.expires_at)
            """;

    /** One row at most: null if nobody has uploaded it. */
    private static final String OWNERSHIP = """
            select bool_or(tenant_id = :tenant) as own,
                   bool_or(tenant_id = :tenant and expires_at > gateway_now()) as usable
              from upload where url = :url having count(*) > 0
            """;

    private static final String FORGET = """
            with old as (
                select tenant_id, id from upload
                 where expires_at < (select gateway_now() - make_interval(secs => :age))
                 order by expires_at limit :most for update skip locked)
            delete from upload u using old where u.tenant_id = old.tenant_id and u.id = old.id
            """;

    /** As long as the vendor has a file, its row keeps other teams off it. */
    private static final String ERASE = """
            delete from upload
             where tenant_id = :tenant
               and id in (select id from upload
                           where tenant_id = :tenant and created_at <= :until and expires_at <= (select gateway_now())
                           limit :most)
            """;

    private static final String FORGET_DAYS = """
            delete from upload_day where day < (gateway_now() at time zone 'UTC')::date - 1
            """;

    private static final Pattern ORIGIN = Pattern.compile("^[^/]*//[^/?]*");

    private final JdbcClient jdbc;

    UploadRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @return the day that it counts on; empty if it would be too much for the day */
    Optional<LocalDate> reserve(TenantId tenant, long bytes, UploadSettings settings) {
        return jdbc.sql(RESERVE)
                .param("tenant", tenant.value())
                .param("bytes", bytes)
                .param("most_files", settings.filesPerDay())
                .param("most_bytes", settings.bytesPerDay().toBytes())
                .query(LocalDate.class)
                .optional();
    }

    /** By the database's clock, as the days are. */
    Duration untilTomorrow() {
        return Duration.ofMillis(Math.round(1000
                * Objects.requireNonNull(
                        jdbc.sql(TODAY_ENDS).query(Double.class).single())));
    }

    /** Part of what was reserved has not come. */
    void giveBack(TenantId tenant, LocalDate day, int files, long bytes) {
        jdbc.sql(GIVE_BACK)
                .param("tenant", tenant.value())
                .param("day", day)
                .param("files", files)
                .param("bytes", bytes)
                .update();
    }

    void record(Caller caller, Stored file) {
        jdbc.sql(RECORD)
                .param("tenant", caller.tenant().id().value())
                .param("id", file.id())
                .param("key", caller.keyId().value())
                .param("url", canonical(file.url()))
                .param("content_type", file.contentType())
                .param("bytes", file.byteSize())
                .param("expires_at", file.expiresAt().atOffset(ZoneOffset.UTC))
                .update();
    }

    /** @param usable whether it is the team's and has not expired */
    record Ownership(boolean own, boolean usable) {}

    /** Empty if nobody is known to have uploaded it. */
    Optional<Ownership> ownership(TenantId tenant, String url) {
        return jdbc.sql(OWNERSHIP)
                .param("tenant", tenant.value())
                .param("url", canonical(url))
                .query((row, _) -> new Ownership(row.getBoolean("own"), row.getBoolean("usable")))
                .optional();
    }

    /** The same file under another spelling of its address is the same. */
    private static String canonical(String url) {
        int fragment = url.indexOf('#');
        String address = fragment < 0 ? url : url.substring(0, fragment);
        return ORIGIN.matcher(address)
                .replaceFirst(origin -> Matcher.quoteReplacement(origin.group().toLowerCase(Locale.ROOT)));
    }

    /** @return how many were forgotten */
    int erase(TenantId tenant, Instant until, int most) {
        return jdbc.sql(ERASE)
                .param("tenant", tenant.value())
                .param("until", SqlTimes.timestamp(until))
                .param("most", most)
                .update();
    }

    /** @return how many were forgotten */
    int forget(Duration afterExpiry, int most) {
        jdbc.sql(FORGET_DAYS).update();
        return jdbc.sql(FORGET)
                .param("age", afterExpiry.toSeconds())
                .param("most", most)
                .update();
    }
}
