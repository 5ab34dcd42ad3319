package io.klinggateway.generation;

import static io.klinggateway.generation.GenerationState.CANCELLED;
import static io.klinggateway.generation.GenerationState.COMPLETED;
import static io.klinggateway.generation.GenerationState.FAILED;
import static io.klinggateway.generation.GenerationState.IN_REVIEW;
import static io.klinggateway.generation.GenerationState.PROCESSING;
import static io.klinggateway.generation.GenerationState.QUEUED;
import static io.klinggateway.generation.GenerationState.SENDING;
import static io.klinggateway.generation.GenerationState.WAITING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.database.TestDatabase;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The database refuses every change of state that is not one. */
class StateChangesTests {

    private static final Map<GenerationState, Set<GenerationState>> CHANGES = Map.of(
            WAITING, Set.of(SENDING, QUEUED, FAILED, CANCELLED),
            SENDING, Set.of(WAITING, QUEUED, FAILED, IN_REVIEW),
            QUEUED, Set.of(PROCESSING, COMPLETED, FAILED, CANCELLED, IN_REVIEW),
            PROCESSING, Set.of(COMPLETED, FAILED, CANCELLED, IN_REVIEW),
            IN_REVIEW, Set.of(QUEUED, COMPLETED, FAILED),
            COMPLETED, Set.of(),
            FAILED, Set.of(),
            CANCELLED, Set.of());

    private static final TestDatabase SERVER = TestDatabase.migrated();

    private final JdbcClient jdbc = JdbcClient.create(SERVER.dataSource());

    static Stream<Arguments> pairs() {
        return Arrays.stream(GenerationState.values())
                .flatMap(from -> Arrays.stream(GenerationState.values())
                        .filter(to -> to != from)
                        .map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void onlyTheChangesThatThereAreAreTaken(GenerationState from, GenerationState to) {
        boolean allowed = CHANGES.getOrDefault(from, Set.of()).contains(to);
        UUID id = add(from);

        if (allowed) {
            assertThat(change(id, to)).isOne();
        } else {
            assertThatThrownBy(() -> change(id, to))
                    .rootCause()
                    .hasMessageContaining("generation %s is %s, and cannot become %s", id, from, to);
        }
        assertThat(state(id)).isEqualTo((allowed ? to : from).name());
        assertThat(jdbc.sql("select generation_may_become(?, ?)")
                        .param(from.name())
                        .param(to.name())
                        .query(Boolean.class)
                        .single())
                .isEqualTo(allowed);
    }

    @Test
    void whatMayHaveReachedTheVendorDoesNotWait() {
        UUID id = add(SENDING);
        for (String mark : new String[] {"attempt_open", "in_doubt"}) {
            assertThatThrownBy(
                            () -> jdbc.sql("update generation set state = 'WAITING', " + mark + " = true where id = ?")
                                    .param(id)
                                    .update())
                    .hasMessageContaining("generation_waits_unsent");
        }
    }

    private UUID add(GenerationState state) {
        UUID id = UUID.randomUUID();
        jdbc.sql("""
                        insert into generation (id, tenant_id, key_id, state, acknowledged, admitted_by, request_hash, model_name,
                                images, quoted_credits, captured_credits, upstream, upstream_request, upstream_job_id,
                                created_at)
                        values (:id, :id, :id, :state, true, :id, '', 'kling-v1', 1, 2,
                                case when :state in ('COMPLETED', 'FAILED', 'CANCELLED') then 0 end, 'x', '{}', :id, now())
                        """).param("id", id).param("state", state.name()).update();
        return id;
    }

    private int change(UUID id, GenerationState to) {
        return jdbc.sql("""
                        update generation set state = :state,
                               captured_credits = case when :state in ('COMPLETED', 'FAILED', 'CANCELLED') then 0 end
                         where id = :id
                        """).param("id", id).param("state", to.name()).update();
    }

    private String state(UUID id) {
        return jdbc.sql("select state from generation where id = ?")
                .param(id)
                .query(String.class)
                .single();
    }
}
