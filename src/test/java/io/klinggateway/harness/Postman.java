package io.klinggateway.harness;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Where the vendor finds the gateway: takes each of its calls and brings it to one replica or the other, late, out of turn,
 * twice, or not at all; and now and then brings a forged one for the same job beside it, which says that it failed.
 */
final class Postman implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int LONGEST_DELAY_MILLIS = 2_000;
    private static final String SIGNATURE = "X-Webhook-Signature";
    private static final String EVENT = "X-Webhook-Event";
    private static final String LIE =
            "{\"event\":\"failed\",\"jobId\":\"00000000-0000-4000-8000-000000000000\",\"status\":\"FAILED\"}";

    private final List<Replica> replicas;
    private final History history;
    private final SplittableRandom random;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();
    private final Map<String, Integer> counts = new TreeMap<>();
    private final Queue<Violation> violations = new ConcurrentLinkedQueue<>();

    /** @param replicas whom it brings calls to; they may join later */
    Postman(long seed, List<Replica> replicas, History history) {
        this.replicas = replicas;
        this.history = history;
        this.random = new SplittableRandom(seed + 2);
        try {
            this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Calls by what was done to them, and answers by what they were given for. */
    synchronized Map<String, Integer> counts() {
        return new TreeMap<>(counts);
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Call(String path, String event, @Nullable String signature, byte[] body, boolean forged) {}

    private record Delivery(Call call, int replica, Duration delay) {}

    private void take(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            var call = new Call(
                    exchange.getRequestURI().getPath(),
                    String.valueOf(headers.getFirst(EVENT)),
                    headers.getFirst(SIGNATURE),
                    exchange.getRequestBody().readAllBytes(),
                    false);
            exchange.sendResponseHeaders(204, -1);
            deliveries(call).forEach(delivery -> threads.execute(() -> bring(delivery)));
        } catch (RejectedExecutionException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<Delivery> deliveries(Call call) {
        var deliveries = new ArrayList<Delivery>();
        var fate = random.nextInt(10);
        count("taken from the vendor");
        if (fate == 0) {
            count("lost");
        } else {
            deliveries.add(delivery(call));
        }
        if (fate >= 5) {
            count("doubled");
            deliveries.add(delivery(call));
        }
        if (fate % 3 == 0) {
            count("forged");
            deliveries.add(new Delivery(forged(call), random.nextInt(2), Duration.ZERO));
        }
        return deliveries;
    }

    /** Half of them at once, the others late, so that earlier ones are overtaken. */
    private Delivery delivery(Call call) {
        var late = random.nextBoolean();
        if (late) {
            count("delayed");
        }
        return new Delivery(
                call, random.nextInt(2), Duration.ofMillis(late ? random.nextInt(1, LONGEST_DELAY_MILLIS) : 0));
    }

    /** By somebody who knows the URL but not the key: with no signature, a made-up one, or that of the genuine body. */
    private Call forged(Call call) {
        var signature = switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> {
                var bytes = new byte[32];
                random.nextBytes(bytes);
                yield "sha256=" + HexFormat.of().formatHex(bytes);
            }
            default -> call.signature;
        };
        return new Call(call.path, "failed", signature, LIE.getBytes(StandardCharsets.UTF_8), true);
    }

    private synchronized void count(String what) {
        counts.merge(what, 1, Integer::sum);
    }

    private void bring(Delivery delivery) {
        var call = delivery.call;
        var answer = "none";
        try {
            Thread.sleep(delivery.delay);
            var request = HttpRequest.newBuilder(replicas.get(delivery.replica).url(call.path))
                    .timeout(PATIENCE)
                    .header("Content-Type", "application/json")
                    .header(EVENT, call.event)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(call.body));
            if (call.signature != null) {
                request.header(SIGNATURE, call.signature);
            }
            var status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            answer = Integer.toString(status);
            judge(call, status);
        } catch (IOException replicaIsDown) {
            answer = "none";
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
        count((call.forged ? "forged" : "genuine") + " answered " + answer);
        history.add(
                "callback",
                Map.of("path", call.path, "forged", call.forged, "replica", delivery.replica, "answer", answer));
    }

    private void judge(Call call, int status) {
        var documented = call.forged ? List.of(401) : List.of(204, 503);
        if (!documented.contains(status)) {
            violations.add(new Violation(
                    call.forged ? "forged" : "undocumented", "a callback to " + call.path + " was answered " + status));
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        client.shutdownNow();
    }
}
