package io.klinggateway.problem;

import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Says why requests are not served while the database is away, or has no connection left: in a few lines, however many
 * requests there are. Thread-safe.
 */
@Component
public class DatabaseAwayLog {

    static final int BURST = 10;

    private static final Logger log = LoggerFactory.getLogger(DatabaseAwayLog.class);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Clock clock;
    private final LogRateLimiter limiter;

    DatabaseAwayLog(Clock clock) {
        this.clock = clock;
        this.limiter = new LogRateLimiter(BURST, PAUSE, clock.millis());
    }

    /** @param what was not done for it */
    public void warn(String what, Exception failure) {
        long leftOut = limiter.take(clock.millis());
        if (leftOut >= 0) {
            log.warn(
                    "{}, the database is not available: {}{}",
                    what,
                    failure.getMessage(),
                    LogRateLimiter.note(leftOut));
        }
    }
}
