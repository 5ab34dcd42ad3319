package io.klinggateway.generation;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.generation.GroupCommit.GroupFailed;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;

/**
 * Repeats idempotent transactions until their outcome is known. A lost connection may have lost the answer to a COMMIT,
 * so "it failed" is not known until the transaction was run again; deadlocks and lock timeouts are simply tried again.
 */
final class CommitRetry {

    private static final Logger log = LoggerFactory.getLogger(CommitRetry.class);
    private static final int SHORTEST_PAUSE_MILLIS = 20;
    private static final int LONGEST_PAUSE_MILLIS = 500;

    private CommitRetry() {}

    /**
     * @param transaction idempotent: run again, it answers as it did, or would have done, the first time
     * @throws CannotGetJdbcConnectionException or {@link CannotCreateTransactionException} if no attempt ever reached the
     *     database: then nothing was written
     * @throws OutcomeUnknown if an attempt may have been committed and the database stayed away until the deadline
     */
    static <T> T run(Deadline deadline, Supplier<T> transaction) {
        boolean mayBeCommitted = false;
        for (int pause = SHORTEST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            RuntimeException failure;
            boolean perhapsOfAnother;
            try {
                return transaction.get();
            } catch (DataAccessException | TransactionException failed) {
                RuntimeException own = own(failed);
                Failure kind = Failure.of(own);
                perhapsOfAnother = kind == Failure.FINAL && failed instanceof GroupFailed;
                if ((kind == Failure.FINAL || kind == Failure.UNREACHED) && !perhapsOfAnother && !mayBeCommitted) {
                    throw own;
                }
                mayBeCommitted |= kind == Failure.ANSWER_LOST;
                failure = own;
            }
            // It was not tried by itself yet.
            if (deadline.hasPassed() && !perhapsOfAnother) {
                throw mayBeCommitted ? new OutcomeUnknown(failure) : failure;
            }
            log.warn("a transaction is run again: {}", failure.getMessage());
            sleep(Duration.ofMillis(ThreadLocalRandom.current().nextInt(pause / 2, pause + 1)));
        }
    }

    /** @return of a group's failure what made it fail */
    private static RuntimeException own(RuntimeException failed) {
        return failed instanceof GroupFailed && failed.getCause() instanceof RuntimeException cause ? cause : failed;
    }

    private enum Failure {
        /** The transaction did not begin. */
        UNREACHED,
        /** The server said no, and would say so again. */
        FINAL,
        /** The server rolled it back, for a reason that passes. */
        ROLLED_BACK,
        /** The server may have committed it, or not. */
        ANSWER_LOST;

        /**
         * 23505: the lost transaction got there first. 25006: a server that takes over takes no writes yet. 25P03 and 25P04:
         * it hung up in the middle of a transaction that took too long, as that of a replica that stood still.
         */
        private static final Pattern PASSING = Pattern.compile("40\\w{3}|53\\w{3}|55P03|57014|23505|25006|25P0[34]");

        static Failure of(RuntimeException failed) {
            if (failed instanceof CannotGetJdbcConnectionException
                    || failed instanceof CannotCreateTransactionException) {
                return UNREACHED;
            }
            String state = sqlState(failed);
            if (state == null || state.startsWith("08") || state.startsWith("57P")) {
                return ANSWER_LOST;
            }
            return PASSING.matcher(state).matches() ? ROLLED_BACK : FINAL;
        }

        /** @return null if the server gave none: the failure lies between it and us */
        private static @Nullable String sqlState(RuntimeException failed) {
            for (@Nullable Throwable cause = failed; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException answer && answer.getSQLState() != null) {
                    return answer.getSQLState();
                }
            }
            return null;
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
