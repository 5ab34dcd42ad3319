package io.klinggateway.admin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.klinggateway.problem.CallerAddress;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Sha256;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * Holds up guessing of operators' tokens, and of whatever opens the console: an address that tried ten wrong secrets at one
 * of the two within a minute waits there for its end. A secret counts from before it is checked, so that many at once get no
 * further; and once, so that a client with an old token locks nobody out. One that was right before is no guess: whoever
 * uses it goes on behind the proxy of one who guesses. Each replica counts for itself.
 */
@Component
public class BruteForceThrottle {

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_GUESSES = 10;
    private static final int MOST_ADDRESSES = 10_000;
    private static final int MOST_SECRETS = 10_000;

    private final CallerAddress addresses;
    private final Cache<String, Set<String>> guesses = Caffeine.newBuilder()
            .expireAfterWrite(WINDOW)
            .maximumSize(MOST_ADDRESSES)
            .build();
    private final Cache<String, Boolean> right =
            Caffeine.newBuilder().maximumSize(MOST_SECRETS).build();

    BruteForceThrottle(CallerAddress addresses) {
        this.addresses = addresses;
    }

    /**
     * To be called before the secret is checked.
     *
     * @throws ProblemException if the address has to wait
     */
    public void attempt(HttpServletRequest request, String secret) {
        String digest = digest(secret);
        if (right.getIfPresent(digest) != null) {
            return;
        }
        Set<String> tried = guesses.get(place(request), _ -> new HashSet<>());
        synchronized (tried) {
            if (tried.size() >= MOST_GUESSES) {
                throw new ProblemException(
                        Problem.of(ProblemCode.RATE_LIMITED, "Too many attempts failed; wait a minute"), WINDOW);
            }
            tried.add(digest);
        }
    }

    /** The secret was right: it was no guess. */
    public void succeeded(HttpServletRequest request, String secret) {
        right.put(digest(secret), true);
        forget(request, secret);
    }

    /** It could not be told whether the secret is right. */
    public void forget(HttpServletRequest request, String secret) {
        Set<String> tried = guesses.getIfPresent(place(request));
        if (tried != null) {
            synchronized (tried) {
                tried.remove(digest(secret));
            }
        }
    }

    private String place(HttpServletRequest request) {
        String door = request.getServletPath().startsWith("/console") ? "console " : "api ";
        return door + addresses.networkOf(request);
    }

    private static String digest(String secret) {
        return HexFormat.of().formatHex(Sha256.of(secret));
    }
}
