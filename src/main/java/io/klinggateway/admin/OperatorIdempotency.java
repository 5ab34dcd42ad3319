package io.klinggateway.admin;

import io.klinggateway.generation.IdempotencyKey;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Operators' calls that were made under an idempotency key, with their answers. The key is the tenant's own. */
@Repository
class OperatorIdempotency {

    static final String IDEMPOTENCY_KEY = IdempotencyKey.HEADER;

    private static final String FIND = """
            select answer, request = cast(:request as jsonb) as same
              from operator_call where tenant_id = :tenant and idempotency_key = :key
            """;

    private static final String KEEP = """
            insert into operator_call (tenant_id, idempotency_key, request, answer)
            values (:tenant, :key, cast(:request as jsonb), cast(:answer as json))
            """;

    private final JdbcClient jdbc;
    private final OperatorJson json;

    OperatorIdempotency(JdbcClient jdbc, OperatorJson json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    /** @throws ProblemException if the header is none that can be kept */
    static @Nullable String checkedKey(@Nullable String header) {
        return header == null ? null : new IdempotencyKey(header).value();
    }

    /**
     * What a call was answered with before. Two with the same key see each other only under the tenant's lock.
     *
     * @param call what is the same in a repetition
     * @param key null if the call has none
     * @throws ProblemException if the key belongs to another call
     */
    @Transactional(propagation = Propagation.MANDATORY)
    <T> Optional<IdempotentResult<T>> find(TenantId tenant, Object call, @Nullable String key, Class<T> answer) {
        return key == null
                ? Optional.empty()
                : jdbc.sql(FIND)
                        .param("tenant", tenant.value())
                        .param("key", key)
                        .param("request", json.tree(call).toString())
                        .query((row, _) -> {
                            if (!row.getBoolean("same")) {
                                throw new ProblemException(
                                        Problem.of(
                                                ProblemCode.IDEMPOTENCY_CONFLICT,
                                                "This Idempotency-Key was used with another request; use a new Idempotency-Key"));
                            }
                            return new IdempotentResult<>(json.stored(row.getString("answer"), answer), true);
                        })
                        .optional();
    }

    /** @param key null if the call has none: then there is nothing to keep */
    @Transactional(propagation = Propagation.MANDATORY)
    <T> IdempotentResult<T> keep(TenantId tenant, Object call, @Nullable String key, T answer) {
        if (key != null) {
            jdbc.sql(KEEP)
                    .param("tenant", tenant.value())
                    .param("key", key)
                    .param("request", json.tree(call).toString())
                    .param("answer", json.answer(answer).toString())
                    .update();
        }
        return new IdempotentResult<>(answer, false);
    }
}
