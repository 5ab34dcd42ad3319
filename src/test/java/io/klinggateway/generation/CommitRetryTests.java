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
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

/** What a transaction's failure means: whether it is run again, and what its caller hears. */
class CommitRetryTests {

    private static final Deadline PASSED = Deadline.in(Duration.ZERO);
    private static final Deadline SOON = Deadline.in(Duration.ofMinutes(1));

    /** What each run comes to, in their order; then they succeed. */
    private final Deque<RuntimeException> failures = new ArrayDeque<>();

    private String run(Deadline deadline, RuntimeException... failing) {
        failures.clear();
        failures.addAll(List.of(failing));
        return CommitRetry.run(deadline, () -> {
            RuntimeException failure = failures.pollFirst();
            if (failure != null) {
                throw failure;
            }
            return "done";
        });
    }

    static Stream<RuntimeException> whatPasses() {
        return Stream.of(
                new CannotAcquireLockException("locked", new SQLException("", "55P03")),
                new TransactionSystemException("stood still", new SQLException("", "25P03")),
                new RecoverableDataAccessException("lost"));
    }

    @ParameterizedTest
    @MethodSource("whatPasses")
    void whatPassesIsTriedAgain(RuntimeException failure) {
        assertThat(run(SOON, failure, failure)).isEqualTo("done");
    }

    @Test
    void whatTheServerWouldSayAgainIsNotTriedAgain() {
        RuntimeException poison = new DataIntegrityViolationException("poison", new SQLException("", "23514"));

        assertThatThrownBy(() -> run(SOON, poison)).isSameAs(poison);
    }

    @Test
    void whatWasRolledBackUntilTheDeadlineIsKnownToHaveFailed() {
        RuntimeException locked = new CannotAcquireLockException("locked", new SQLException("", "55P03"));

        assertThatThrownBy(() -> run(PASSED, locked)).isSameAs(locked);
    }

    @Test
    void ofAGroupThatWasRolledBackUntilTheDeadlineTheReasonIsTold() {
        RuntimeException hungUp = new TransactionSystemException("stood still", new SQLException("", "25P03"));

        assertThatThrownBy(() -> run(PASSED, new GroupCommit.GroupFailed(hungUp)))
                .isSameAs(hungUp);
    }

    @Test
    void whatAnotherMayHaveSpoiledIsTriedByItselfAfterTheDeadlineToo() {
        RuntimeException poison = new DataIntegrityViolationException("poison", new SQLException("", "23514"));

        assertThat(run(PASSED, new GroupCommit.GroupFailed(poison))).isEqualTo("done");
    }

    @Test
    void aGroupThatNeverReachedTheDatabaseHasWrittenNothing() {
        RuntimeException gone = new CannotCreateTransactionException("gone");

        assertThatThrownBy(() -> run(SOON, new GroupCommit.GroupFailed(gone))).isSameAs(gone);
    }

    @Test
    void aLostAnswerLeavesTheOutcomeUnknownIfTheDatabaseStaysAway() {
        assertThatThrownBy(() -> run(PASSED, new RecoverableDataAccessException("lost")))
                .isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void noConnectionAfterALostAnswerLeavesTheOutcomeUnknown() {
        assertThatThrownBy(() -> run(
                        Deadline.in(Duration.ofMillis(1)),
                        new RecoverableDataAccessException("lost"),
                        new CannotGetJdbcConnectionException("gone"),
                        new CannotGetJdbcConnectionException("gone")))
                .isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void whatTheServerSaysAfterALostAnswerIsNotTheLastWord() {
        RuntimeException lost = new RecoverableDataAccessException("lost");
        RuntimeException old = new UncategorizedSQLException("", null, new SQLException("still the old one", "XX000"));

        assertThat(run(SOON, lost, old)).isEqualTo("done");
        assertThatThrownBy(() -> run(Deadline.in(Duration.ofMillis(50)), lost, old, old, old, old, old, old, old))
                .isInstanceOf(OutcomeUnknown.class);
    }

    @Test
    void nothingIsTriedAgainWhereNoConnectionWasToBeHad() {
        assertThatThrownBy(() -> run(SOON, new CannotGetJdbcConnectionException("gone")))
                .isInstanceOf(CannotGetJdbcConnectionException.class);
        assertThat(failures).isEmpty();
    }
}
