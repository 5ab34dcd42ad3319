package io.klinggateway.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;

/** Holds up guessing: an address that failed ten times within a minute waits for its end. Each replica counts for itself. */
@Component
class SignInThrottle {

    static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int MOST_FAILURES = 10;
    private static final int MOST_ADDRESSES = 10_000;

    private final Cache<String, AtomicInteger> failures = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MOST_ADDRESSES)
            .build();

    boolean holdsUp(HttpServletRequest request) {
        AtomicInteger known = failures.getIfPresent(address(request));
        return known != null && known.get() >= MOST_FAILURES;
    }

    void failed(HttpServletRequest request) {
        failures.get(address(request), _ -> new AtomicInteger()).incrementAndGet();
    }

    /** The nearest proxy puts whom it serves last; without one the header is the caller's own, whom no proxy holds up. */
    private static String address(HttpServletRequest request) {
        String forwarded = request.getHeader("X-Forwarded-For");
        String last = forwarded == null
                ? ""
                : forwarded.substring(forwarded.lastIndexOf(',') + 1).strip();
        return request.getRemoteAddr() + " " + last;
    }
}
