package io.klinggateway.generation;

import io.klinggateway.apiframe.Deadline;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionException;

/**
 * Repeats idempotent transactions until their outcome is known. A lost connection may have lost the answer to a COMMIT,
 * so "it failed" is not known until the transaction was run again; deadlocks and lock timeouts are simply tried again.
 */
final class CertainDatabase {

    private static final Logger log = LoggerFactory.getLogger(CertainDatabase.class);
    private static final int SHORTEST_PAUSE_MILLIS = 20;
    private static final int LONGEST_PAUSE_MILLIS = 500;

    private CertainDatabase() {}

    /**
     * @param transaction idempotent: run again, it answers as it did, or would have done, the first time
     * @throws CannotGetJdbcConnectionException or {@link CannotCreateTransactionException} if no attempt ever reached the
     *     database: then nothing was written
     * @throws OutcomeUnknown if an attempt may have been committed and the database stayed away until the deadline
     */
    static <T> T run(Deadline deadline, Supplier<T> transaction) {
        boolean mayBeCommitted = false;
        for (int pause = SHORTEST_PAUSE_MILLIS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS)) {
            try {
                return transaction.get();
            } catch (CannotGetJdbcConnectionException | CannotCreateTransactionException unreached) {
                if (!mayBeCommitted) {
                    throw unreached;
                }
                giveUpIfPast(deadline, unreached);
            } catch (DataAccessException | TransactionException failure) {
                if (!isWorthRepeating(failure)) {
                    throw failure;
                }
                mayBeCommitted = true;
                log.warn("a transaction is run again: {}", failure.getMessage());
                giveUpIfPast(deadline, failure);
            }
            sleep(Duration.ofMillis(ThreadLocalRandom.current().nextInt(pause / 2, pause + 1)));
        }
    }

    private static boolean isWorthRepeating(RuntimeException failure) {
        return failure instanceof TransientDataAccessException
                || failure instanceof RecoverableDataAccessException
                || failure instanceof DataAccessResourceFailureException
                || failure instanceof TransactionException
                || failure instanceof UncategorizedSQLException
                // The transaction of the lost answer got there first, and this one's repetition sees it.
                || failure instanceof DuplicateKeyException;
    }

    private static void giveUpIfPast(Deadline deadline, RuntimeException failure) {
        if (deadline.hasPassed()) {
            throw new OutcomeUnknown(failure);
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
