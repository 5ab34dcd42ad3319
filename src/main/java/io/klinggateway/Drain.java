package io.klinggateway;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Lets callers leave before the end. A Service sends new connections elsewhere once a replica is not ready, but kept ones
 * stay, and Tomcat refuses what comes on them after the end began. So for a while every answer closes its connection.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
@EnableConfigurationProperties(ShutdownSettings.class)
class Drain extends OncePerRequestFilter implements SmartLifecycle {

    private final Duration duration;
    private volatile boolean running;
    private volatile boolean draining;

    Drain(ShutdownSettings settings) {
        this.duration = settings.drain();
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (draining) {
            response.setHeader(HttpHeaders.CONNECTION, "close");
        }
        chain.doFilter(request, response);
    }

    @Override
    public void start() {
        running = true;
    }

    /** The web server ends in a later phase, which waits for the callback. */
    @Override
    public void stop(Runnable callback) {
        draining = true;
        Thread.ofVirtual().name("drain").start(() -> {
            try {
                Thread.sleep(duration);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            } finally {
                running = false;
                callback.run();
            }
        });
    }

    @Override
    public void stop() {
        stop(() -> {});
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
