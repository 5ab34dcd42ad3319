package io.klinggateway.connection;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets few of the pages that anybody may ask for be made at a time: they cost nothing but processor time, and hundreds at once
 * would each take their part of it from the teams. Nobody is refused for it: whoever has waited for a while goes on, as the one
 * before may only be slow to read or to send.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 3)
class AnonymousPageLimiter extends OncePerRequestFilter {

    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final List<String> PAGES = List.of("/console/sign-in", "/swagger-ui", "/v3/api-docs");

    private final Semaphore turns = new Semaphore(2 * Runtime.getRuntime().availableProcessors(), true);

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return PAGES.stream().noneMatch(request.getRequestURI()::startsWith);
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        boolean inTurn = isOneFree();
        try {
            chain.doFilter(request, response);
        } finally {
            if (inTurn) {
                turns.release();
            }
        }
    }

    private boolean isOneFree() {
        try {
            return turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
