package io.klinggateway.bench;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
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
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Answers as the vendor does, keeps to its rate, and does nothing else: no checks, no images, all on one thread and in
 * memory. A port of its own, open also while the vendor is away, tells what was called ({@code GET /}) and takes what is to
 * be different ({@code PUT /?jobMillis=…&perMinute=…&absence=…&peak=restart}). Ends with its standard input.
 */
final class StubVendor {

    private static final int LARGEST_BODY_BYTES = 1 << 20;
    private static final int CALLS_PER_MINUTE = 500;

    private final EventLoopGroup thread = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ChannelGroup callers = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final StubJobs jobs = new StubJobs();
    private final RateWindow rate = new RateWindow(CALLS_PER_MINUTE);
    private final int port;
    private Channel listener;
    private boolean silent;
    private int submissions;
    private int lists;
    private int reads;
    private int others;
    private int refused;

    /** How the vendor may be away: its port is closed, or it never answers. */
    enum Absence {
        NONE,
        REFUSING,
        SILENT
    }

    private StubVendor(int port, int controlPort) throws InterruptedException {
        this.port = port;
        this.listener = listen();
        bind(controlPort, this::control).sync();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        new StubVendor(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        while (System.in.read() >= 0) {
            // whoever started it lives
        }
        System.exit(0);
    }

    private interface Answering {
        void answer(ChannelHandlerContext context, FullHttpRequest request);
    }

    private Channel listen() throws InterruptedException {
        return bind(port, this::call).sync().channel();
    }

    private ChannelFuture bind(int onPort, Answering answering) {
        return new ServerBootstrap()
                .group(thread)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 1024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (onPort == port) {
                            callers.add(channel);
                        }
                        channel.pipeline()
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(LARGEST_BODY_BYTES))
                                .addLast(new Exchange(answering));
                    }
                })
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort));
    }

    private static final class Exchange extends SimpleChannelInboundHandler<FullHttpRequest> {

        private final Answering answering;

        Exchange(Answering answering) {
            this.answering = answering;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            answering.answer(context, request);
        }
    }

    private void call(ChannelHandlerContext context, FullHttpRequest request) {
        if (silent) {
            return;
        }
        int secondsToWait = rate.take(System.nanoTime());
        if (secondsToWait > 0) {
            refused++;
            answer(context, request, 429, "{\"error\":\"Too many requests\"}", secondsToWait);
            return;
        }
        var uri = new QueryStringDecoder(request.uri());
        switch (uri.path()) {
            case "/v2/images/generate" -> {
                submissions++;
                answer(context, request, 202, jobs.submitted(request.headers().get("Idempotency-Key")), 0);
            }
            case "/v2/jobs" -> {
                lists++;
                answer(context, request, 200, jobs.listed(number(uri, "limit", 20), number(uri, "cursor", -1)), 0);
            }
            case "/v2/me" -> {
                others++;
                answer(context, request, 200, StubJobs.account(), 0);
            }
            case "/v2/models" -> {
                others++;
                answer(context, request, 200, "{\"models\":[]}", 0);
            }
            default -> {
                reads++;
                String job = jobs.read(uri.path());
                answer(
                        context,
                        request,
                        job == null ? 404 : 200,
                        job == null ? "{\"error\":\"Job not found\"}" : job,
                        0);
            }
        }
    }

    private void control(ChannelHandlerContext context, FullHttpRequest request) {
        if (request.method().equals(HttpMethod.PUT)) {
            var uri = new QueryStringDecoder(request.uri());
            set(uri, "jobMillis", value -> jobs.take(Long.parseLong(value)));
            set(uri, "perMinute", value -> rate.limit(Integer.parseInt(value)));
            set(uri, "peak", _ -> rate.restartPeak());
            set(uri, "absence", value -> leave(Absence.valueOf(value)));
        }
        answer(
                context,
                request,
                200,
                "%d %d %d %d %d %d %d".formatted(submissions, lists, reads, others, refused, rate.peak(), jobs.count()),
                0);
    }

    private static void set(QueryStringDecoder uri, String name, Consumer<String> setting) {
        uri.parameters().getOrDefault(name, List.of()).forEach(setting);
    }

    private void leave(Absence absence) {
        silent = absence == Absence.SILENT;
        if (absence == Absence.REFUSING) {
            var _ = listener.close();
            var _ = callers.close();
        } else if (!listener.isOpen()) {
            bind(port, this::call).addListener((ChannelFutureListener) bound -> listener = bound.channel());
        }
    }

    private static void answer(
            ChannelHandlerContext context, FullHttpRequest request, int status, String body, int retryAfterSeconds) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        var response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(bytes));
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
        if (retryAfterSeconds > 0) {
            response.headers().setInt(HttpHeaderNames.RETRY_AFTER, retryAfterSeconds);
        }
        var written = context.writeAndFlush(response);
        if (!HttpUtil.isKeepAlive(request)) {
            written.addListener(ChannelFutureListener.CLOSE);
        }
    }

    private static int number(QueryStringDecoder uri, String name, int otherwise) {
        List<String> values = uri.parameters().getOrDefault(name, List.of());
        return values.isEmpty() ? otherwise : Integer.parseInt(values.getFirst());
    }
}
