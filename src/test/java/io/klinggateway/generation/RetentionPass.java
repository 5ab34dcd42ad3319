package io.klinggateway.generation;

import io.klinggateway.picturestore.Pictures;
import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Lets tests erase without waiting for the loop. */
public final class RetentionPass {

    private RetentionPass() {}

    public static void run(JdbcClient jdbc, Pictures pictures, TransactionOperations transactions, Duration kept) {
        new Retention(jdbc, pictures, transactions, new RetentionSettings(kept, kept)).pass();
    }
}
