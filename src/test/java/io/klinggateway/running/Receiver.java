package io.klinggateway.running;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A team's server that takes webhooks, and answers each as the test says. */
public final class Receiver implements AutoCloseable {

    private final HttpServer server;
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final List<Received> all = new CopyOnWriteArrayList<>();
    private volatile Answer answer = exchange -> exchange.sendResponseHeaders(200, -1);

    /** How an exchange is answered. */
    @FunctionalInterface
    public interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    @SuppressWarnings("ArrayRecordComponent") // only read
    public record Received(String event, String signature, String id, String timestamp, String standard, byte[] body) {

        public JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    public Receiver() {
        this(null);
    }

    /** @param tls what it proves itself with; null for plain http */
    public Receiver(@Nullable SSLContext tls) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try {
            if (tls == null) {
                server = HttpServer.create(address, 0);
            } else {
                HttpsServer secured = HttpsServer.create(address, 0);
                secured.setHttpsConfigurator(new HttpsConfigurator(tls));
                server = secured;
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::take);
        server.start();
    }

    private void take(HttpExchange exchange) throws IOException {
        Received taken = new Received(
                header(exchange, "X-Webhook-Event"),
                header(exchange, "X-Webhook-Signature"),
                header(exchange, "Webhook-Id"),
                header(exchange, "Webhook-Timestamp"),
                header(exchange, "Webhook-Signature"),
                exchange.getRequestBody().readAllBytes());
        all.add(taken);
        received.add(taken);
        try (exchange) {
            answer.to(exchange);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        @Nullable String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    public void answers(int status) {
        answers(exchange -> exchange.sendResponseHeaders(status, -1));
    }

    public void answers(Answer next) {
        answer = next;
    }

    public String url() {
        return url("localhost");
    }

    /** @param host a name or address of this machine */
    public String url(String host) {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return scheme + "://" + host + ":" + server.getAddress().getPort() + "/hook";
    }

    /** The next one that came, in the order of coming. */
    public Received next() throws InterruptedException {
        Received next = received.poll(Duration.ofSeconds(30).toMillis(), TimeUnit.MILLISECONDS);
        if (next == null) {
            throw new IllegalStateException("no webhook came");
        }
        return next;
    }

    public List<Received> all() {
        return List.copyOf(all);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
