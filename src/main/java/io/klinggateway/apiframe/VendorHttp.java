package io.klinggateway.apiframe;

import io.klinggateway.apiframe.Exchange.Answered;
import io.klinggateway.apiframe.Exchange.Lost;
import io.klinggateway.apiframe.Exchange.NotWritten;
import io.netty.channel.ChannelOption;
import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.MediaType;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyExtractors;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

/**
 * One HTTP exchange at a time, with what is certain about it: whether anything was written is known, not guessed from
 * the kind of failure. No redirects are followed and nothing is retried in secret.
 */
@Component
class VendorHttp {

    private static final String KEY_HEADER = "X-API-Key";
    private static final int LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

    /** One for all, to a tenth of a second: a timer that is woken for each call costs a lone one a thirtieth of its time. */
    private static final HashedWheelTimer DEADLINES =
            new HashedWheelTimer(new DefaultThreadFactory("apiframe-deadlines", true));

    private final WebClient client;
    private final String baseUrl;
    private final Duration responseTimeout;
    private final Breaker breaker;

    VendorHttp(WebClient.Builder builder, ApiframeSettings settings, Breaker breaker) {
        settings.requireUsableKey();
        this.breaker = breaker;
        this.responseTimeout = settings.responseTimeout();
        this.baseUrl = settings.upstream();
        this.client = builder.clientConnector(new ReactorClientHttpConnector(httpClient(settings)))
                .defaultHeader(KEY_HEADER, settings.apiKey())
                .defaultHeader("Accept", MediaType.APPLICATION_JSON_VALUE)
                .build();
    }

    private static HttpClient httpClient(ApiframeSettings settings) {
        ConnectionProvider pool = ConnectionProvider.builder("apiframe")
                .maxConnections(settings.maxConnections())
                .pendingAcquireTimeout(settings.poolTimeout())
                .metrics(true)
                .maxIdleTime(Duration.ofSeconds(20))
                .maxLifeTime(Duration.ofMinutes(5))
                .build();
        return HttpClient.create(pool)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(settings.connectTimeout().toMillis()))
                .disableRetry(true)
                .followRedirect(false);
    }

    int room() {
        return breaker.room();
    }

    /**
     * @param path encoded already
     * @param otherKey in the place of the present one; null for that
     */
    Exchange get(String path, @Nullable String otherKey, Deadline deadline) {
        return breaker.call(() -> exchange(
                client.get().uri(URI.create(baseUrl + path)).headers(headers -> {
                    if (otherKey != null) {
                        headers.set(KEY_HEADER, otherKey);
                    }
                }),
                deadline));
    }

    Exchange post(String path, byte[] body, String idempotencyKey, Deadline deadline) {
        return breaker.call(
                idempotencyKey,
                () -> exchange(
                        client.post()
                                .uri(URI.create(baseUrl + path))
                                .header("Idempotency-Key", idempotencyKey)
                                .contentType(MediaType.APPLICATION_JSON)
                                .bodyValue(body),
                        deadline));
    }

    /**
     * The deadline alone bounds it: how long a file takes is up to its sender, too. So its outcome says nothing of the vendor's
     * other calls, and the breaker is not told; while that keeps calls from the vendor, no file is sent.
     */
    Exchange send(String path, FileBody file, Deadline deadline) {
        if (!breaker.isClosed()) {
            return new NotWritten("circuit breaker open", true);
        }
        Exchange exchange = exchange(
                client.post()
                        .uri(URI.create(baseUrl + path))
                        .contentType(file.contentType())
                        .body(BodyInserters.fromDataBuffers(file.pieces())),
                deadline,
                deadline.remaining(),
                answer -> {
                    CompletableFuture<@Nullable Answered> answered = answer.toFuture();
                    file.handOver(answered);
                    return answered.join();
                });
        return file.isBroken() ? new NotWritten("the file cannot be read", false) : exchange;
    }

    private Exchange exchange(WebClient.RequestHeadersSpec<?> request, Deadline deadline) {
        Duration left = deadline.remaining();
        return exchange(request, deadline, left.compareTo(responseTimeout) < 0 ? left : responseTimeout, Mono::block);
    }

    private Exchange exchange(
            WebClient.RequestHeadersSpec<?> request,
            Deadline deadline,
            Duration patience,
            Function<Mono<Answered>, @Nullable Answered> await) {
        if (!patience.isPositive()) {
            return new NotWritten("the deadline has passed", false);
        }
        WriteGuard guard = new WriteGuard(deadline);
        try {
            Answered answered = await.apply(request.httpRequest(_ -> guard.beforeWriting())
                    .exchangeToMono(response -> bytes(response)
                            .map(body -> new Answered(
                                    response.statusCode().value(),
                                    response.headers().asHttpHeaders(),
                                    body)))
                    .timeout(after(patience)));
            return answered == null ? new Lost("no answer") : answered;
        } catch (RuntimeException failure) {
            String reason = FailureCauses.describe(failure);
            return guard.abandon() ? new NotWritten(reason, FailureCauses.isOfTheNetwork(failure)) : new Lost(reason);
        }
    }

    private static Mono<Boolean> after(Duration patience) {
        return Mono.create(sink -> {
            Timeout end = DEADLINES.newTimeout(_ -> sink.success(true), patience.toNanos(), TimeUnit.NANOSECONDS);
            sink.onDispose(end::cancel);
        });
    }

    /** Reads any Content-Type, even none: the status may be all that there is to know. */
    private static Mono<byte[]> bytes(ClientResponse response) {
        return DataBufferUtils.join(response.body(BodyExtractors.toDataBuffers()), LARGEST_ANSWER_BYTES)
                .map(buffer -> {
                    byte[] bytes = new byte[buffer.readableByteCount()];
                    buffer.read(bytes);
                    DataBufferUtils.release(buffer);
                    return bytes;
                })
                .defaultIfEmpty(new byte[0]);
    }

    /** Decides, for both threads at once, whether a request may be written or was given up before. */
    private static final class WriteGuard {

        private enum State {
            WAITING,
            WRITING,
            ABANDONED
        }

        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private final Deadline deadline;

        WriteGuard(Deadline deadline) {
            this.deadline = deadline;
        }

        /** Called on the connection's thread, connected and past TLS, right before the first byte. */
        void beforeWriting() {
            if (deadline.hasPassed()) {
                throw new IllegalStateException("the deadline has passed");
            }
            if (!state.compareAndSet(State.WAITING, State.WRITING)) {
                throw new IllegalStateException("the caller has given up");
            }
        }

        /** @return true if nothing was written, and now nothing will be */
        boolean abandon() {
            return state.compareAndSet(State.WAITING, State.ABANDONED);
        }
    }
}
