package io.klinggateway.apiframe;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.web.reactive.function.client.WebClient;

/** The adapter as the application builds it, with patience that suits tests. */
public final class VendorClients {

    static final String KEY = "afk_secret_0123456789abcdef";
    static final String PREVIOUS_KEY = "afk_previous_0123456789abcdef";
    static final String IDEMPOTENCY_KEY = "0197c5a0-0000-7000-8000-000000000001";
    static final byte[] BODY =
            "{\"prompt\":\"A fox \\u00e9\",\"model\":\"kling-image\"}".getBytes(StandardCharsets.UTF_8);
    static final String JOB = "7b0c3a52-1f5e-4c52-9a51-0a8f6f0f3f11";

    private VendorClients() {}

    static ApiframeSettings settings(String baseUrl) {
        return new ApiframeSettings(
                KEY,
                URI.create(baseUrl),
                Duration.ofSeconds(1),
                Duration.ofSeconds(4),
                Duration.ofMillis(200),
                8,
                60_000);
    }

    static ApiframeSettings withOneConnection(String baseUrl, Duration responseTimeout, Duration poolTimeout) {
        return new ApiframeSettings(
                KEY, URI.create(baseUrl), Duration.ofMillis(500), responseTimeout, poolTimeout, 1, 60_000);
    }

    public static Apiframe apiframe(String baseUrl) {
        return apiframe(settings(baseUrl), Clock.systemUTC());
    }

    static Apiframe apiframe(ApiframeSettings settings, Clock clock) {
        return apiframe(settings, clock, _ -> {});
    }

    static Apiframe apiframe(ApiframeSettings settings, Clock clock, ApplicationEventPublisher events) {
        return new Apiframe(
                new VendorHttp(WebClient.builder(), settings, new Breaker(new SimpleMeterRegistry())),
                settings,
                new VendorApiKeys(settings.apiKey(), PREVIOUS_KEY),
                clock,
                new VendorMeters(new SimpleMeterRegistry()),
                events);
    }

    static SubmitOutcome submit(Apiframe apiframe) {
        return submit(apiframe, Duration.ofSeconds(5));
    }

    static SubmitOutcome submit(Apiframe apiframe, Duration within) {
        return apiframe.submit(IDEMPOTENCY_KEY, BODY, Deadline.in(within));
    }
}
