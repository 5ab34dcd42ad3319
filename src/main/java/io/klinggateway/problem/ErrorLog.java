package io.klinggateway.problem;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Leaves one line for each error answer, found by its request's id, and one for each answer that nobody took. A caller that makes
 * more errors than people read fills no disk: of each tenant, and of all strangers together, there are {@link #BURST} lines at once, and then one for
 * each {@link #PAUSE}, which says how many were left out.
 */
@Component
class ErrorLog {

    static final int BURST = 100;
    static final Duration PAUSE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(ErrorLog.class);
    private static final int LONGEST_PATH = 100;

    /** Whoever answers with these has written more about it. */
    private static final Set<ProblemCode> LOGGED_WHERE_THEY_ARISE =
            EnumSet.of(ProblemCode.INTERNAL_ERROR, ProblemCode.OUTCOME_UNKNOWN);

    private final Map<String, LogRateLimiter> limiters = new ConcurrentHashMap<>();
    private final Clock clock;

    ErrorLog(Clock clock) {
        this.clock = clock;
    }

    /** @param caller a tenant's name, or a word for those who have none */
    void write(Problem problem, String caller) {
        if (LOGGED_WHERE_THEY_ARISE.contains(problem.code())) {
            return;
        }
        // What the gateway fails with is found, too, when a caller makes many faults of its own.
        write(
                problem.status() < 500 ? caller : caller + " 5xx",
                () -> "refused" + call() + ": " + problem.status() + " "
                        + problem.code().wire() + ": " + words(problem));
    }

    /** For a request that is not answered because its caller is gone. */
    void writeHangUp(String caller) {
        write(caller + " gone", () -> "not answered, the caller has hung up");
    }

    private void write(String caller, Supplier<String> line) {
        long leftOut = limiters.computeIfAbsent(caller, _ -> new LogRateLimiter(BURST, PAUSE, clock.millis()))
                .take(clock.millis());
        if (leftOut >= 0) {
            log.info("{}{}", line.get(), LogRateLimiter.note(leftOut));
        }
    }

    /** The vendor's may repeat a prompt. */
    private static String words(Problem problem) {
        return problem.details() == null || problem.summarizesDetails() ? problem.detail() : "by the vendor";
    }

    /** Empty for what is refused before anybody has looked at the request. */
    private static String call() {
        if (!(RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)) {
            return "";
        }
        HttpServletRequest request = attributes.getRequest();
        Object failed = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        String path = failed == null ? request.getRequestURI() : failed.toString();
        String shown =
                Arrays.stream(path.split("/", -1)).map(RedactedValue::segment).collect(Collectors.joining("/"));
        return " " + request.getMethod() + " "
                + (shown.length() > LONGEST_PATH ? shown.substring(0, LONGEST_PATH) + "…" : shown);
    }
}
