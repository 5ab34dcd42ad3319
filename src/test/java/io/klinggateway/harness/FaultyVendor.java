package io.klinggateway.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.klinggateway.simulator.SimulatedApiframe;
import io.klinggateway.simulator.SimulatedVendor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** The simulated vendor behind a layer of HTTP that misbehaves as it is told to; the truth behind it stays whole. */
final class FaultyVendor implements AutoCloseable {

    static final Duration RETRY_AFTER = Duration.ofSeconds(2);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration BEYOND_PATIENCE = Duration.ofMillis(2600);
    private static final Duration BETWEEN_CRUMBS = Duration.ofMillis(25);
    private static final int CRUMB_BYTES = 8;

    /** A point of a submission at which something outside may happen. */
    enum Moment {
        RECEIVED,
        ACCEPTED,
        HALF_ANSWERED
    }

    private final SimulatedApiframe apiframe;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final History history;
    private final AtomicReference<@Nullable Armed> armed = new AtomicReference<>();
    private final AtomicReference<@Nullable Trip> trip = new AtomicReference<>();
    private final Set<String> keysSeen = ConcurrentHashMap.newKeySet();
    private final Set<String> keysToDenyOnce = ConcurrentHashMap.newKeySet();
    private final Set<String> keysRefused = ConcurrentHashMap.newKeySet();
    private final int callsPerMinute;
    private final Deque<Instant> lastMinute = new ArrayDeque<>();
    private final AtomicInteger beyondRate = new AtomicInteger();

    /** @param callsPerMinute what the account may do; more is answered 429 */
    FaultyVendor(int callsPerMinute, Duration queuedFor, Duration processingFor, History history) {
        this.callsPerMinute = callsPerMinute;
        this.history = history;
        this.apiframe = SimulatedApiframe.builder()
                .port(0)
                .startingCredits(1_000_000_000)
                .queuedFor(queuedFor)
                .processingFor(processingFor)
                .build()
                .start();
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    SimulatedVendor truth() {
        return apiframe.vendor();
    }

    /** How many calls came when the minute before them had as many as the account may do. */
    int beyondRate() {
        return beyondRate.get();
    }

    private boolean isBeyondRate() {
        synchronized (lastMinute) {
            var now = Instant.now();
            while (!lastMinute.isEmpty() && lastMinute.getFirst().isBefore(now.minus(MINUTE))) {
                lastMinute.removeFirst();
            }
            if (lastMinute.size() >= callsPerMinute) {
                return true;
            }
            lastMinute.add(now);
            return false;
        }
    }

    /** @param times how many requests it strikes */
    void arm(VendorFault fault, int times) {
        armed.set(new Armed(fault, new AtomicInteger(times)));
    }

    void heal() {
        armed.set(null);
    }

    boolean isSpent() {
        var current = armed.get();
        return current != null && current.left.get() <= 0;
    }

    /**
     * Acts once, when the next submission reaches that moment.
     *
     * @param action gets the port that the submission came from
     * @return completes when that has happened
     */
    CompletableFuture<Boolean> at(Moment moment, IntConsumer action) {
        var set = new Trip(moment, action, new CompletableFuture<>());
        trip.set(set);
        return set.done;
    }

    void forgetMoment() {
        trip.set(null);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            serve(exchange);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(HttpExchange exchange) throws IOException, InterruptedException {
        var body = exchange.getRequestBody().readAllBytes();
        var submission = exchange.getRequestMethod().equals("POST");
        var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        var firstAttempt = key != null && keysSeen.add(key);
        var beyond = isBeyondRate();
        var fault = beyond ? VendorFault.THROTTLED : nextFault(submission, firstAttempt);
        log(exchange, key, fault, beyond);
        if (submission) {
            reach(Moment.RECEIVED, exchange);
        }
        if (key != null && keysRefused.contains(key)) {
            answer(exchange, Answer.error(400, "Validation failed"));
            return;
        }
        if (key != null && keysToDenyOnce.remove(key)) {
            answer(exchange, Answer.error(403, "API key is inactive"));
            return;
        }
        switch (fault) {
            case THROTTLED -> answer(exchange, Answer.throttled(Long.toString(RETRY_AFTER.toSeconds())));
            case THROTTLED_UNTIL_DATE ->
                answer(
                        exchange,
                        Answer.throttled(ZonedDateTime.now(ZoneOffset.UTC)
                                .plus(RETRY_AFTER)
                                .format(DateTimeFormatter.RFC_1123_DATE_TIME)));
            case OUT_OF_CREDITS -> answer(exchange, Answer.error(402, "Insufficient credits"));
            case KEY_INACTIVE -> answer(exchange, Answer.error(403, "API key is inactive"));
            case REFUSED_AFTER_TIMEOUT -> {
                if (key != null) {
                    keysRefused.add(key);
                }
                Thread.sleep(BEYOND_PATIENCE);
            }
            case DENIED_AFTER_LOST_ANSWER -> {
                forward(exchange, body);
                if (key != null) {
                    keysToDenyOnce.add(key);
                }
            }
            case FAILED_BEFORE -> answer(exchange, Answer.error(500, "Internal error"));
            case FAILED_AFTER -> {
                forward(exchange, body);
                answer(exchange, Answer.error(503, "Queue outage"));
            }
            case GARBAGE -> {
                forward(exchange, body);
                answer(
                        exchange,
                        new Answer(
                                submission ? 202 : 200,
                                null,
                                "<html>Welcome!</html>".getBytes(StandardCharsets.UTF_8)));
            }
            case TRUNCATED -> truncate(exchange, forward(exchange, body));
            case TRICKLED -> trickle(exchange, forward(exchange, body));
            case ANSWER_LOST -> forward(exchange, body);
            case HANGING -> Thread.sleep(BEYOND_PATIENCE);
            case ACCEPTED_LATE -> {
                Thread.sleep(BEYOND_PATIENCE);
                forward(exchange, body);
            }
            case null -> answerWell(exchange, body, submission);
        }
    }

    private void answerWell(HttpExchange exchange, byte[] body, boolean submission)
            throws IOException, InterruptedException {
        var answer = forward(exchange, body);
        if (submission) {
            reach(Moment.ACCEPTED, exchange);
            var set = trip.get();
            if (set != null && set.moment == Moment.HALF_ANSWERED && trip.compareAndSet(set, null)) {
                start(exchange, answer);
                exchange.getResponseBody().write(answer.body, 0, answer.body.length / 2);
                exchange.getResponseBody().flush();
                set.fire(exchange);
                exchange.getResponseBody()
                        .write(answer.body, answer.body.length / 2, answer.body.length - answer.body.length / 2);
                return;
            }
        }
        answer(exchange, answer);
    }

    private void reach(Moment moment, HttpExchange exchange) {
        var set = trip.get();
        if (set != null && set.moment == moment && trip.compareAndSet(set, null)) {
            set.fire(exchange);
        }
    }

    private @Nullable VendorFault nextFault(boolean submission, boolean firstAttempt) {
        var current = armed.get();
        if (current == null || !strikes(current.fault, submission, firstAttempt)) {
            return null;
        }
        return current.left.getAndDecrement() > 0 ? current.fault : null;
    }

    private static boolean strikes(VendorFault fault, boolean submission, boolean firstAttempt) {
        return switch (fault) {
            case REFUSED_AFTER_TIMEOUT, DENIED_AFTER_LOST_ANSWER -> firstAttempt;
            case OUT_OF_CREDITS -> submission;
            default -> true;
        };
    }

    private void log(HttpExchange exchange, @Nullable String key, @Nullable VendorFault fault, boolean beyond) {
        var facts = new LinkedHashMap<String, Object>();
        facts.put("request", exchange.getRequestMethod() + " " + exchange.getRequestURI());
        if (key != null) {
            facts.put("key", key);
        }
        if (fault != null) {
            facts.put("fault", fault);
        }
        if (beyond) {
            beyondRate.incrementAndGet();
            facts.put("beyond the rate", true);
        }
        history.add("vendor", facts);
    }

    private Answer forward(HttpExchange exchange, byte[] body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(apiframe.baseUrl() + exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        for (var header : Set.of("X-API-Key", "Idempotency-Key", "Content-Type")) {
            var value = exchange.getRequestHeaders().getFirst(header);
            if (value != null) {
                request.header(header, value);
            }
        }
        var response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        return new Answer(response.statusCode(), null, response.body());
    }

    private static void start(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json; charset=utf-8");
        if (answer.retryAfter != null) {
            exchange.getResponseHeaders().set("Retry-After", answer.retryAfter);
        }
        exchange.sendResponseHeaders(answer.status, answer.body.length);
    }

    private static void answer(HttpExchange exchange, Answer answer) throws IOException {
        start(exchange, answer);
        exchange.getResponseBody().write(answer.body);
    }

    private static void truncate(HttpExchange exchange, Answer answer) throws IOException {
        start(exchange, answer);
        exchange.getResponseBody().write(answer.body, 0, answer.body.length / 2);
        exchange.getResponseBody().flush();
    }

    private static void trickle(HttpExchange exchange, Answer answer) throws IOException, InterruptedException {
        start(exchange, answer);
        for (var from = 0; from < answer.body.length; from += CRUMB_BYTES) {
            exchange.getResponseBody().write(answer.body, from, Math.min(CRUMB_BYTES, answer.body.length - from));
            exchange.getResponseBody().flush();
            Thread.sleep(BETWEEN_CRUMBS);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        client.shutdownNow();
        apiframe.close();
    }

    private record Armed(VendorFault fault, AtomicInteger left) {}

    private record Trip(Moment moment, IntConsumer action, CompletableFuture<Boolean> done) {

        void fire(HttpExchange exchange) {
            action.accept(exchange.getRemoteAddress().getPort());
            done.complete(true);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Answer(int status, @Nullable String retryAfter, byte[] body) {

        static Answer error(int status, String message) {
            return new Answer(status, null, body(message));
        }

        static Answer throttled(String retryAfter) {
            return new Answer(429, retryAfter, body("Too many requests"));
        }

        private static byte[] body(String message) {
            return "{\"error\":\"%s\"}".formatted(message).getBytes(StandardCharsets.UTF_8);
        }
    }
}
