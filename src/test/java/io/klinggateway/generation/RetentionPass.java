package io.klinggateway.generation;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Lets tests erase without waiting for the loop. */
public final class RetentionPass {

    private RetentionPass() {}

    public static void run(JdbcClient jdbc, Duration kept) {
        new Retention(jdbc, new RetentionSettings(kept, kept)).pass();
    }
}
