package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.SqlTimes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A generation as its row tells it.
 *
 * @param status as tenants see it
 * @param waiting whether it waits in the queue
 * @param upstreamRequest null once it is erased
 * @param webhookIsDefault whether its request named none: it is its tenant's default
 * @param webhookStatus what its tenant's webhook came to; null as long as the delivery itself is on record
 * @param cost credits: the quote while open, then what was captured
 * @param labels what its tenant named it by
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
public record StoredJob(
        GenerationId id,
        TenantId tenant,
        KeyId key,
        String status,
        boolean waiting,
        @Nullable Integer progress,
        @Nullable List<String> images,
        @Nullable String error,
        long cost,
        Instant createdAt,
        @Nullable Instant completedAt,
        byte @Nullable [] upstreamRequest,
        @Nullable String webhookUrl,
        boolean webhookIsDefault,
        @Nullable List<String> webhookEvents,
        @Nullable String webhookStatus,
        boolean expired,
        Map<String, String> labels) {

    /** What {@link #of} reads. */
    public static final String COLUMNS = """
            id, tenant_id, key_id, generation_status(state, upstream_job_id) as status, state = 'WAITING' as waiting, progress,
                   result_images, error, coalesce(captured_credits, quoted_credits) as cost, created_at, completed_at,
                   upstream_request, webhook_url, webhook_default, webhook_events, webhook_status, expired, labels
            """;

    private static final List<String> DEFAULT_EVENTS = List.of("completed", "failed");

    public static StoredJob of(ResultSet row) throws SQLException {
        return new StoredJob(
                new GenerationId(row.getObject("id", UUID.class)),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                new KeyId(row.getObject("key_id", UUID.class)),
                row.getString("status"),
                row.getBoolean("waiting"),
                row.getObject("progress", Integer.class),
                texts(row, "result_images"),
                row.getString("error"),
                row.getLong("cost"),
                SqlTimes.instant(row, "created_at"),
                SqlTimes.instantOrNull(row, "completed_at"),
                row.getBytes("upstream_request"),
                row.getString("webhook_url"),
                row.getBoolean("webhook_default"),
                texts(row, "webhook_events"),
                row.getString("webhook_status"),
                row.getBoolean("expired"),
                Labels.of(row));
    }

    private static @Nullable List<String> texts(ResultSet row, String column) throws SQLException {
        var array = row.getArray(column);
        return array == null ? null : Arrays.asList((String[]) array.getArray());
    }

    /** Whether its tenant wants to be told of this event; apiframe: of the ends, unless it says otherwise. */
    public boolean wants(String event) {
        return webhookUrl != null && (webhookEvents == null ? DEFAULT_EVENTS : webhookEvents).contains(event);
    }

    /** Whether a delivery may be on record. With the request, the URL that would tell is erased. */
    public boolean mayHaveDelivery() {
        return completedAt != null && webhookStatus == null && (webhookUrl != null || upstreamRequest == null);
    }
}
