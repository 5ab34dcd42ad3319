package io.klinggateway.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.apiframe.Deadline;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.dao.CannotAcquireLockException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;

/** What a transaction's failure in company means to one of its members. */
class CertainDatabaseTests {

    private static final Deadline PASSED = Deadline.in(Duration.ZERO);
    private static final Deadline SOON = Deadline.in(Duration.ofMillis(300));

    /** What each run comes to, in their order; then they succeed. */
    private final Deque<RuntimeException> failures = new ArrayDeque<>();

    private final Batches<String, String> batches = new Batches<>(1, 10, items -> {
        RuntimeException failure = failures.pollFirst();
        if (failure != null) {
            throw failure;
        }
        return items;
    });

    private String run(Deadline deadline, RuntimeException... failing) {
        failures.addAll(List.of(failing));
        return CertainDatabase.run(deadline, batches, "tenant", "done");
    }

    static Stream<RuntimeException> whatAnotherMayHaveCaused() {
        return Stream.of(
                new DataIntegrityViolationException("poison", new SQLException("", "23514")),
                new CannotAcquireLockException("locked", new SQLException("", "55P03")),
                new RecoverableDataAccessException("lost"),
                new IllegalStateException("a defect"));
    }

    @ParameterizedTest
    @MethodSource("whatAnotherMayHaveCaused")
    void whateverFailsInCompanyIsTriedAloneHoweverLateItIs(RuntimeException failure) {
        assertThat(run(PASSED, failure)).isEqualTo("done");
    }

    @Test
    void whatFailsAloneIsItsOwnFault() {
        RuntimeException poison = new DataIntegrityViolationException("poison", new SQLException("", "23514"));

        assertThatThrownBy(() -> run(SOON, poison, poison)).isSameAs(poison);
    }

    @Test
    void anAnswerLostInCompanyLeavesTheOutcomeUnknownIfTheDatabaseStaysAway() {
        assertThatThrownBy(() -> run(
                        PASSED,
                        new RecoverableDataAccessException("lost"),
                        new CannotGetJdbcConnectionException("gone")))
                .isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void whatTheServerSaysAfterALostAnswerIsNotTheLastWord() {
        assertThatThrownBy(() -> run(
                        PASSED,
                        new RecoverableDataAccessException("lost"),
                        new UncategorizedSQLException("", null, new SQLException("still the old one", "XX000"))))
                .isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void nothingIsTriedAgainWhereNoConnectionWasToBeHad() {
        assertThatThrownBy(() -> run(SOON, new CannotGetJdbcConnectionException("gone")))
                .isInstanceOf(CannotGetJdbcConnectionException.class);
        assertThat(failures).isEmpty();
    }
}
