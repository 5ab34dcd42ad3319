package io.klinggateway.problem;

import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** The id by which one request is found in answers and logs: the caller's {@code X-Request-Id} or one of ours. */
public final class RequestId {

    public static final String HEADER = "X-Request-Id";

    private static final String MDC_KEY = "requestId";
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private RequestId() {}

    /** The id of the request that this thread serves; an empty string outside of one. */
    public static String current() {
        return Objects.requireNonNullElse(MDC.get(MDC_KEY), "");
    }

    /** @param offered what the caller sent; replaced if it is absent or unsafe to log */
    static String choose(@Nullable String offered) {
        return offered != null && SAFE.matcher(offered).matches()
                ? offered
                : UUID.randomUUID().toString();
    }

    static void enter(String requestId) {
        MDC.put(MDC_KEY, requestId);
    }

    static void leave() {
        MDC.remove(MDC_KEY);
    }
}
