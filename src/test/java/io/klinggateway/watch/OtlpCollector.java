package io.klinggateway.watch;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;

/** Takes what a gateway exports by OTLP over HTTP, and reads from it what tests ask for. */
final class OtlpCollector implements AutoCloseable {

    private final HttpServer server;
    private final List<byte[]> bodies = new CopyOnWriteArrayList<>();

    OtlpCollector() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        server.createContext("/v1/traces", this::take);
        server.createContext("/hook", OtlpCollector::acknowledge);
        server.start();
    }

    String endpoint() {
        return "http://localhost:" + server.getAddress().getPort() + "/v1/traces";
    }

    /** A tenant's receiver of webhooks, on the same port. */
    String hook() {
        return "http://localhost:" + server.getAddress().getPort() + "/hook";
    }

    private static void acknowledge(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
        }
    }

    private void take(HttpExchange exchange) throws IOException {
        try (exchange;
                InputStream body = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))
                        ? new GZIPInputStream(exchange.getRequestBody())
                        : exchange.getRequestBody()) {
            bodies.add(body.readAllBytes());
            exchange.sendResponseHeaders(200, -1);
        }
    }

    List<byte[]> bodies() {
        return List.copyOf(bodies);
    }

    /** In hexadecimal; the parent is empty for a root. */
    record Span(String traceId, String parentId, String id, String name) {}

    List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        // ExportTraceServiceRequest.resource_spans.scope_spans.spans
        bodies.forEach(body -> fields(
                body,
                (request, resource) -> onlyIf(
                        request == 1,
                        resource,
                        (a, scope) -> onlyIf(a == 2, scope, (b, span) -> {
                            if (b == 2) {
                                spans.add(span(span));
                            }
                        }))));
        return spans;
    }

    private static void onlyIf(boolean wanted, byte[] message, BiConsumer<Integer, byte[]> field) {
        if (wanted) {
            fields(message, field);
        }
    }

    private static Span span(byte[] message) {
        String[] values = {"", "", "", "", "", ""};
        fields(message, (number, value) -> {
            if (number == 5) {
                values[5] = new String(value, StandardCharsets.UTF_8);
            } else if (number < 5) {
                values[number] = HexFormat.of().formatHex(value);
            }
        });
        return new Span(values[1], values[4], values[2], values[5]);
    }

    /** Calls back for every length-delimited field of a protobuf message. */
    private static void fields(byte[] message, BiConsumer<Integer, byte[]> field) {
        ByteBuffer rest = ByteBuffer.wrap(message);
        while (rest.hasRemaining()) {
            int tag = (int) varint(rest);
            switch (tag & 7) {
                case 0 -> varint(rest);
                case 1 -> rest.position(rest.position() + 8);
                case 2 -> {
                    byte[] value = new byte[(int) varint(rest)];
                    rest.get(value);
                    field.accept(tag >>> 3, value);
                }
                case 5 -> rest.position(rest.position() + 4);
                default -> throw new IllegalStateException("no protobuf: wire type " + (tag & 7));
            }
        }
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
