package io.klinggateway.admin;

import io.klinggateway.admin.CreditRequest.CreditRequestStatus;
import io.klinggateway.admin.CreditTerms.NewCreditRequest;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.PageCursor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of what teams ask for. */
@Repository
class CreditRequestRepository {

    private static final String REQUESTS = """
            select r.id, t.name as team, r.credits, r.reason, r.asked_by, r.asked_at, r.status, r.answered_by, r.answer,
                   r.answered_at, r.journal_seq
              from credit_request r join tenant t on t.id = r.tenant_id
            """;

    private static final String FIND = REQUESTS + " where r.id = :id";
    private static final String FIND_BY_KEY = REQUESTS + " where r.tenant_id = :tenant and r.idempotency_key = :key";

    private static final String LIST = REQUESTS + """
             where (cast(:tenant as uuid) is null or r.tenant_id = :tenant)
               and (cast(:status as text) is null or r.status = :status)
               and (r.asked_at, r.id) < (coalesce(cast(:beforeTime as timestamptz), 'infinity'), :beforeId)
             order by r.asked_at desc, r.id desc
             limit :most
            """;

    private static final String LONGEST_OPEN =
            REQUESTS + " where r.status = 'OPEN' order by r.asked_at, r.id limit :most";
    private static final String COUNT_OPEN = "select count(*) from credit_request where status = 'OPEN'";
    private static final String COUNT_OPEN_OF_TENANT =
            "select count(*) from credit_request where tenant_id = :tenant and status = 'OPEN'";

    private static final String ADD = """
            insert into credit_request (id, tenant_id, credits, reason, asked_by, idempotency_key)
            values (:id, :tenant, :credits, :reason, :askedBy, :key)
            """;

    private static final String ANSWER = """
            update credit_request
               set status = :status, answered_by = :actor, answer = :answer, answered_at = gateway_now(), journal_seq = :seq
             where id = :id and status = 'OPEN'
            """;

    private static final UUID HIGHEST_ID = new UUID(-1, -1);

    private final JdbcClient jdbc;

    CreditRequestRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<CreditRequest> find(UUID id) {
        return jdbc.sql(FIND).param("id", id).query((row, _) -> request(row)).optional();
    }

    Optional<CreditRequest> find(TenantId tenant, String idempotencyKey) {
        return jdbc.sql(FIND_BY_KEY)
                .param("tenant", tenant.value())
                .param("key", idempotencyKey)
                .query((row, _) -> request(row))
                .optional();
    }

    /**
     * Newest first.
     *
     * @param tenant null for all
     * @param status null for all
     */
    List<CreditRequest> list(
            @Nullable TenantId tenant, @Nullable CreditRequestStatus status, @Nullable PageCursor before, int most) {
        return jdbc.sql(LIST)
                .param("tenant", tenant == null ? null : tenant.value(), java.sql.Types.OTHER)
                .param("status", status == null ? null : status.name(), java.sql.Types.VARCHAR)
                .param(
                        "beforeTime",
                        before == null ? null : OffsetDateTime.ofInstant(before.createdAt(), ZoneOffset.UTC),
                        java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                .param("beforeId", before == null ? HIGHEST_ID : before.id())
                .param("most", most)
                .query((row, _) -> request(row))
                .list();
    }

    /** Oldest first. */
    List<CreditRequest> longestOpen(int most) {
        return jdbc.sql(LONGEST_OPEN)
                .param("most", most)
                .query((row, _) -> request(row))
                .list();
    }

    long countOpen() {
        return jdbc.sql(COUNT_OPEN).query(Long.class).single();
    }

    long countOpen(TenantId tenant) {
        return jdbc.sql(COUNT_OPEN_OF_TENANT)
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    UUID add(TenantId tenant, NewCreditRequest asked, String askedBy, @Nullable String idempotencyKey) {
        UUID id = UUID.randomUUID();
        jdbc.sql(ADD)
                .param("id", id)
                .param("tenant", tenant.value())
                .param("credits", asked.credits())
                .param("reason", asked.reason())
                .param("askedBy", askedBy)
                .param("key", idempotencyKey)
                .update();
        return id;
    }

    /**
     * @param seq of the grant; null if it was refused
     * @return false, and nothing is changed, if it is not open any more
     */
    boolean answer(UUID id, CreditRequestStatus status, Actor actor, String answer, @Nullable Long seq) {
        return jdbc.sql(ANSWER)
                        .param("id", id)
                        .param("status", status.name())
                        .param("actor", actor.name())
                        .param("answer", answer)
                        .param("seq", seq)
                        .update()
                == 1;
    }

    private static CreditRequest request(ResultSet row) throws SQLException {
        OffsetDateTime answeredAt = row.getObject("answered_at", OffsetDateTime.class);
        return new CreditRequest(
                row.getObject("id", UUID.class),
                row.getString("team"),
                row.getLong("credits"),
                row.getString("reason"),
                row.getString("asked_by"),
                row.getObject("asked_at", OffsetDateTime.class).toInstant(),
                CreditRequestStatus.valueOf(row.getString("status")),
                row.getString("answered_by"),
                row.getString("answer"),
                answeredAt == null ? null : answeredAt.toInstant(),
                row.getObject("journal_seq", Long.class));
    }
}
