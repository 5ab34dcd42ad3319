package io.klinggateway.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Answers as the vendor does, and does nothing else: no checks, no images, all on one thread and in memory. A job takes as
 * long as {@code PUT /stub?jobMillis=…} has set last; {@code &completeAll=true} ends the jobs that there are. {@code GET
 * /stub} tells how often it was called for what. Ends with its standard input.
 */
final class StubVendor extends SimpleChannelInboundHandler<FullHttpRequest> {

    private static final int LARGEST_BODY_BYTES = 1 << 20;
    private static final long A_DAY_MILLIS = 86_400_000;

    private final Jobs jobs;

    private StubVendor(Jobs jobs) {
        this.jobs = jobs;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Jobs jobs = new Jobs();
        var threads = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        new ServerBootstrap()
                .group(threads)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(LARGEST_BODY_BYTES))
                                .addLast(new StubVendor(jobs));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])))
                .sync();
        while (System.in.read() >= 0) {
            // whoever started it lives
        }
        System.exit(0);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
        var uri = new QueryStringDecoder(request.uri());
        String body = switch (uri.path()) {
            case "/v2/images/generate" -> jobs.submitted(request.headers().get("Idempotency-Key"));
            case "/v2/jobs" -> jobs.listed(number(uri, "limit", 20), number(uri, "cursor", -1));
            case "/v2/me" -> jobs.account();
            case "/stub" -> request.method().equals(HttpMethod.PUT) ? jobs.set(uri) : jobs.calls();
            default -> jobs.read(uri.path());
        };
        answer(context, request, uri.path().equals("/v2/images/generate") ? 202 : body == null ? 404 : 200, body);
    }

    private static void answer(
            ChannelHandlerContext context, FullHttpRequest request, int status, @Nullable String body) {
        byte[] bytes = (body == null ? "{\"error\":\"Job not found\"}" : body).getBytes(StandardCharsets.UTF_8);
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(bytes));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        var written = context.writeAndFlush(response);
        if (!HttpUtil.isKeepAlive(request)) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static int number(QueryStringDecoder uri, String name, int otherwise) {
        List<String> values = uri.parameters().getOrDefault(name, List.of());
        return values.isEmpty() ? otherwise : Integer.parseInt(values.getFirst());
    }

    private record Job(UUID id, Instant createdAt, long endsAtMillis) {}

    /** All there is to know. Used by one thread. */
    private static final class Jobs {

        private final List<Job> all = new ArrayList<>();
        private final Map<UUID, Integer> numbers = new HashMap<>();
        private long jobMillis = A_DAY_MILLIS;
        private int completed;
        private int submissions;
        private int lists;
        private int reads;

        /** The same job for the same key; as random as the vendor's ids are. */
        String submitted(@Nullable String key) {
            UUID id = key == null ? UUID.randomUUID() : UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.US_ASCII));
            if (key != null) {
                submissions++;
                if (!numbers.containsKey(id)) {
                    Instant now = Instant.now();
                    numbers.put(id, all.size());
                    all.add(new Job(id, now, now.toEpochMilli() + jobMillis));
                }
            }
            return "{\"jobId\":\"" + id + "\",\"status\":\"QUEUED\"}";
        }

        /** Newest first. The cursor is the number of the page's first job. */
        String listed(int limit, int cursor) {
            lists++;
            int from = cursor < 0 ? all.size() - 1 : cursor;
            int to = Math.max(-1, from - limit);
            var page = new StringBuilder("{\"jobs\":[");
            for (int number = from; number > to; number--) {
                page.append(number == from ? "" : ",").append(json(number));
            }
            return page.append("],\"nextCursor\":")
                    .append(to < 0 ? "null" : "\"" + to + "\"")
                    .append(",\"hasMore\":")
                    .append(to >= 0)
                    .append('}')
                    .toString();
        }

        @Nullable
        String read(String path) {
            reads++;
            Integer number = numbers.get(UUID.fromString(path.substring(path.lastIndexOf('/') + 1)));
            return number == null ? null : json(number);
        }

        private String json(int number) {
            Job job = all.get(number);
            boolean ended = number < completed || System.currentTimeMillis() >= job.endsAtMillis;
            return "{\"id\":\"" + job.id + "\",\"model\":\"kling-image\",\"error\":null,\"webhookStatus\":null,"
                    + "\"input\":{\"prompt\":\"a lighthouse at dusk\"},\"expired\":false,\"createdAt\":\""
                    + job.createdAt
                    + (ended
                            ? "\",\"status\":\"COMPLETED\",\"progress\":100,\"creditCost\":2,\"completedAt\":\""
                                    + job.createdAt
                                    + "\",\"result\":{\"images\":[\"https://cdn.invalid/" + job.id + "/0.png\"]}}"
                            : "\",\"status\":\"PROCESSING\",\"progress\":40,\"creditCost\":2,\"completedAt\":null,"
                                    + "\"result\":null}");
        }

        String account() {
            return "{\"user\":null,\"team\":{\"id\":\"" + new UUID(0, 1)
                    + "\",\"name\":\"bench\",\"plan\":\"pro\",\"credits\":1000000000},\"apiKey\":null}";
        }

        String set(QueryStringDecoder uri) {
            jobMillis = number(uri, "jobMillis", (int) A_DAY_MILLIS);
            if (uri.parameters().containsKey("completeAll")) {
                completed = all.size();
            }
            return calls();
        }

        String calls() {
            return submissions + " " + lists + " " + reads;
        }
    }
}
