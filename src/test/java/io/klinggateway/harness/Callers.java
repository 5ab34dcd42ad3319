package io.klinggateway.harness;

import io.klinggateway.harness.Answer.Accepted;
import io.klinggateway.harness.Answer.Lost;
import io.klinggateway.harness.Answer.Refused;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Carries orders out, one after the other as planned, many at once, and remembers every answer. */
final class Callers implements AutoCloseable {

    private static final int MOST_AT_ONCE = 64;
    private static final int MOST_REPEATS_OF_LOST = 3;
    private static final int READERS = 8;
    private static final int REPEATED_CANCELS = 24;

    /** Orders come faster than the rate for a while, so that they queue up, and then slower, so that the queue runs empty. */
    private static final int ORDERS_OF_A_RUSH = 120;

    private static final int ORDERS_OF_A_LULL = 25;
    private static final int LULL_IS_SLOWER_BY = 7;
    private static final Duration BETWEEN_READINGS = Duration.ofMillis(60);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration BEFORE_RETRY = Duration.ofMillis(400);

    private final long seed;
    private final Cluster cluster;
    private final PostgresProcess postgres;
    private final History history;
    private final Duration betweenOrders;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore places = new Semaphore(MOST_AT_ONCE);
    private final Map<Integer, Story> stories = new ConcurrentHashMap<>();
    private final Queue<Ticket> tickets = new ConcurrentLinkedQueue<>();
    private final Queue<Reading> readings = new ConcurrentLinkedQueue<>();
    private final Queue<Cancellation> cancellations = new ConcurrentLinkedQueue<>();
    private final Queue<Violation> violations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger races = new AtomicInteger();

    Callers(long seed, Cluster cluster, Duration betweenOrders, History history) {
        this.seed = seed;
        this.cluster = cluster;
        this.postgres = cluster.postgres();
        this.betweenOrders = betweenOrders;
        this.history = history;
    }

    /** All that became of one order. */
    record Story(Order order, Queue<Attempt> attempts, AtomicBoolean cancelled) {}

    /**
     * An answer to a wish to cancel.
     *
     * @param status 0 if none came
     * @param text the job's status, or the refusal's code
     */
    record Cancellation(UUID job, Instant from, Instant to, int status, String text) {}

    record Attempt(int replica, Instant from, Instant to, Answer answer) {}

    private record Ticket(String apiKey, UUID job) {}

    /** A look at an accepted job: its status, or the refusal's HTTP status and code. */
    record Reading(UUID job, int status, String text) {}

    List<Story> stories() {
        return stories.values().stream().toList();
    }

    List<Reading> readings() {
        return List.copyOf(readings);
    }

    List<Cancellation> cancellations() {
        return List.copyOf(cancellations);
    }

    /** What was seen to be wrong at the moment of an answer. */
    List<Violation> violations() {
        return List.copyOf(violations);
    }

    int races() {
        return races.get();
    }

    /** Starts order after order in the planned rhythm, until it is enough; then waits for those under way. */
    void run(BooleanSupplier enough) {
        var polling = new AtomicBoolean(true);
        threads.execute(() -> poll(polling));
        for (var number = 0; !enough.getAsBoolean(); number++) {
            var order = Order.planned(seed, number);
            places.acquireUninterruptibly();
            threads.execute(() -> {
                try {
                    carryOut(order);
                } finally {
                    places.release();
                }
            });
            Waiting.pause(rhythm(number));
        }
        places.acquireUninterruptibly(MOST_AT_ONCE);
        places.release(MOST_AT_ONCE);
        polling.set(false);
    }

    private Duration rhythm(int number) {
        return number % (ORDERS_OF_A_RUSH + ORDERS_OF_A_LULL) < ORDERS_OF_A_RUSH
                ? betweenOrders
                : betweenOrders.multipliedBy(LULL_IS_SLOWER_BY);
    }

    private void carryOut(Order order) {
        var story = new Story(order, new ConcurrentLinkedQueue<>(), new AtomicBoolean());
        stories.put(order.number(), story);
        if (order.isRace()) {
            races.incrementAndGet();
        }
        try (var copies = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, order.copies())
                    .forEach(copy -> copies.execute(() -> sendWithRetries(story, order.firstReplica() + copy)));
        }
    }

    private void sendWithRetries(Story story, int firstReplica) {
        var order = story.order();
        var retries = order.retries();
        var repeats = order.key() == null ? 0 : MOST_REPEATS_OF_LOST;
        for (var replica = firstReplica; ; replica++) {
            var answer = send(story, replica, order.patience());
            if (!answer.isCertain() && repeats > 0) {
                repeats--;
            } else if (answer instanceof Refused refused && refused.isForNow() && !refused.isUnknown() && retries > 0) {
                retries--;
            } else {
                return;
            }
            Waiting.pause(BEFORE_RETRY);
        }
    }

    /** Asks again, under the same key, for orders whose outcome their callers do not know. */
    void resolveUncertain(Duration longest) {
        var uncertain = stories.values().stream()
                .filter(story -> story.order().key() != null)
                .filter(story -> !story.attempts().stream().allMatch(attempt -> attempt.answer.isCertain()))
                .toList();
        try (var asking = Executors.newVirtualThreadPerTaskExecutor()) {
            uncertain.forEach(story -> asking.execute(() -> Waiting.isTrueWithin(longest, () -> {
                places.acquireUninterruptibly();
                try {
                    var answer = send(story, anywhere(), Duration.ofSeconds(20));
                    return answer.isCertain() && !(answer instanceof Refused refused && refused.isForNow());
                } finally {
                    places.release();
                }
            })));
        }
    }

    private static int anywhere() {
        return ThreadLocalRandom.current().nextInt(6);
    }

    private Answer send(Story story, int turn, Duration patience) {
        var order = story.order();
        var reached = cluster.reachable(turn);
        var replica = reached.number();
        var request = HttpRequest.newBuilder(reached.url("/v2/images/generate"))
                .timeout(patience)
                .header("X-API-Key", order.apiKey())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(order.body()));
        if (order.key() != null) {
            request.header("Idempotency-Key", order.key());
        }
        var from = Instant.now();
        history.add("invoke", Map.of("order", order.number(), "replica", replica));
        var answer = exchange(request.build());
        history.add("answer", Map.of("order", order.number(), "replica", replica, "answer", answer.toString()));
        story.attempts().add(new Attempt(replica, from, Instant.now(), answer));
        if (answer instanceof Refused) {
            checkNothingIsOpen(story);
        }
        if (answer instanceof Accepted ok) {
            tickets.add(new Ticket(order.apiKey(), ok.job()));
            cancelAsPlanned(story, ok.job());
        }
        return answer;
    }

    private void cancelAsPlanned(Story story, UUID job) {
        var order = story.order();
        if (order.cancel() == Order.Cancel.NOT || !story.cancelled().compareAndSet(false, true)) {
            return;
        }
        Waiting.pause(order.cancelAfter());
        switch (order.cancel()) {
            case ONCE -> cancel(order, job, anywhere());
            case REPEATEDLY -> {
                cancel(order, job, 0);
                cancel(order, job, 1);
                cancelUntilCancelled(order, job);
            }
            case FROM_TWO_SIDES -> {
                try (var sides = Executors.newVirtualThreadPerTaskExecutor()) {
                    sides.execute(() -> cancel(order, job, 0));
                    sides.execute(() -> cancel(order, job, 1));
                }
                cancelUntilCancelled(order, job);
            }
            case NOT -> {}
        }
    }

    /** What was sent may come back to the queue, and then no job of it may exist. */
    private void cancelUntilCancelled(Order order, UUID job) {
        for (var repeat = 0; repeat < REPEATED_CANCELS; repeat++) {
            Waiting.pause(BEFORE_RETRY);
            if (cancel(order, job, anywhere()) == 200) {
                return;
            }
        }
    }

    /**
     * Repeats what had no answer.
     *
     * @return the last answer's status
     */
    private int cancel(Order order, UUID job, int firstReplica) {
        for (var replica = firstReplica; replica <= firstReplica + MOST_REPEATS_OF_LOST; replica++) {
            var reached = cluster.reachable(replica);
            var request = HttpRequest.newBuilder(reached.url("/v2/jobs/" + job))
                    .timeout(Duration.ofSeconds(10))
                    .header("X-API-Key", order.apiKey())
                    .DELETE()
                    .build();
            var from = Instant.now();
            history.add("cancel", Map.of("job", job, "order", order.number(), "replica", reached.number()));
            var answer = view(request);
            history.add("cancel answer", Map.of("job", job, "answer", answer.status + " " + answer.text));
            cancellations.add(new Cancellation(job, from, Instant.now(), answer.status, answer.text));
            if (answer.status != 0 && answer.status != 503) {
                return answer.status;
            }
            Waiting.pause(BEFORE_RETRY);
        }
        return 0;
    }

    /** An error is the truth when it is told, not only in the end. Copies and lost attempts may still be at work. */
    private void checkNothingIsOpen(Story story) {
        var alone = !story.order().isRace()
                && story.attempts().stream()
                        .allMatch(attempt -> attempt.answer instanceof Refused && attempt.answer.isCertain());
        if (alone) {
            var open = Books.openGenerations(postgres, story.order());
            if (open.orElse(0) > 0) {
                violations.add(new Violation(
                        "refused, yet held", "order " + story.order().number() + " had only errors and is still open"));
            }
        }
    }

    private Answer exchange(HttpRequest request) {
        try {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            var body = JsonMapper.shared().readTree(response.body());
            if (response.statusCode() == 202) {
                return new Accepted(
                        UUID.fromString(body.path("jobId").asString()),
                        body.path("status").asString());
            }
            return new Refused(
                    response.statusCode(),
                    body.path("code").asString("none"),
                    response.headers().firstValue("Retry-After").orElse(null));
        } catch (IOException | JacksonException lost) {
            return new Lost(lost.getClass().getSimpleName());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Lost("interrupted");
        }
    }

    /** Looks at accepted jobs, each now and then until it has ended. */
    private void poll(AtomicBoolean polling) {
        while (polling.get()) {
            var ticket = tickets.poll();
            if (ticket != null) {
                var reading = read(ticket.apiKey, ticket.job);
                if (reading.status != 200 || !isTerminal(reading.text)) {
                    tickets.add(ticket);
                }
            }
            Waiting.pause(BETWEEN_READINGS);
        }
    }

    static boolean isTerminal(String status) {
        return status.equals("COMPLETED") || status.equals("FAILED") || status.equals("CANCELLED");
    }

    private Reading read(String apiKey, UUID job) {
        var request = HttpRequest.newBuilder(cluster.reachable(anywhere()).url("/v2/jobs/" + job))
                .timeout(Duration.ofSeconds(10))
                .header("X-API-Key", apiKey)
                .build();
        var view = view(request);
        var reading = new Reading(job, view.status, view.text);
        if (view.status != 0) {
            readings.add(reading);
        }
        return reading;
    }

    /** @param status 0 if no answer came */
    private record View(int status, String text) {}

    private View view(HttpRequest request) {
        try {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            var body = JsonMapper.shared().readTree(response.body());
            return new View(
                    response.statusCode(),
                    body.path(response.statusCode() == 200 ? "status" : "code").asString("none"));
        } catch (IOException | JacksonException lost) {
            return new View(0, "");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new View(0, "");
        }
    }

    /** Shows that every caller finds its job. */
    void readEveryJob() {
        try (var reading = Executors.newFixedThreadPool(READERS)) {
            for (var story : stories.values()) {
                story.attempts().stream()
                        .map(Attempt::answer)
                        .filter(Accepted.class::isInstance)
                        .map(answer -> ((Accepted) answer).job())
                        .distinct()
                        .forEach(job -> reading.execute(() -> read(story.order().apiKey(), job)));
            }
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        client.shutdownNow();
    }
}
