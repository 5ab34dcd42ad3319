package io.klinggateway.harness;

import io.klinggateway.harness.NetworkFault.Break;
import io.klinggateway.harness.NetworkFault.Direction;
import io.klinggateway.harness.NetworkFault.Latency;
import io.klinggateway.harness.NetworkFault.Refuse;
import io.klinggateway.harness.NetworkFault.Slice;
import io.klinggateway.harness.NetworkFault.Stall;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Passes TCP on to a port of this machine, as badly as it is told to. Thread-safe. */
final class FaultProxy implements AutoCloseable {

    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int CRUMB_BYTES = 5;
    private static final int MOST_CRUMBS = 400;
    private static final int LONGEST_PATTERN = 64;
    private static final Duration BETWEEN_CRUMBS = Duration.ofNanos(200_000);

    private final int port;
    private final int targetPort;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Queue<Instant> requests = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Watch> watch = new AtomicReference<>();
    private volatile @Nullable Armed armed;
    private volatile @Nullable ServerSocket listener;

    FaultProxy(int targetPort) {
        this.port = Ports.free();
        this.targetPort = targetPort;
        listen();
    }

    int port() {
        return port;
    }

    private void listen() {
        try {
            var opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
            listener = opened;
            threads.execute(() -> accept(opened));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port, e);
        }
    }

    private void accept(ServerSocket opened) {
        while (!opened.isClosed()) {
            try {
                var client = opened.accept();
                threads.execute(() -> connect(client));
            } catch (IOException closed) {
                // the loop's condition decides
            }
        }
    }

    @SuppressWarnings("resource") // the link closes both sockets
    private void connect(Socket client) {
        try {
            var server = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            new Link(client, server).start();
        } catch (IOException nobodyListens) {
            abort(client);
        }
    }

    /** One fault at a time: an earlier one is healed first. */
    synchronized void arm(NetworkFault fault) {
        heal();
        if (fault instanceof Refuse) {
            closeListener();
            links.forEach(Link::reset);
        }
        armed = new Armed(fault);
    }

    synchronized void heal() {
        var healed = armed;
        armed = null;
        if (healed != null) {
            healed.healed.countDown();
            if (healed.fault instanceof Refuse) {
                listen();
            }
        }
    }

    /** Whether a fault that strikes a number of times has struck that often. */
    boolean isSpent() {
        var current = armed;
        return current != null && current.fault instanceof Break && current.strikesLeft.get() <= 0;
    }

    /**
     * Acts once, when the pattern next passes: before it is handed on, or right after.
     *
     * @return completes when that has happened
     */
    CompletableFuture<Boolean> watch(Direction direction, String pattern, boolean beforeHandingOn, Runnable action) {
        var set = new Watch(direction, pattern, beforeHandingOn, action, new CompletableFuture<>());
        watch.set(set);
        return set.seen;
    }

    void unwatch() {
        watch.set(null);
    }

    /** When each HTTP request was made: before anything that befell it on this line. */
    List<Instant> requests() {
        return requests.stream().sorted().toList();
    }

    /** The client's port of the connection that the target sees coming from this port. */
    OptionalInt clientPort(int portSeenByTarget) {
        return links.stream()
                .filter(link -> link.server.getLocalPort() == portSeenByTarget)
                .mapToInt(link -> link.client.getPort())
                .findAny();
    }

    @Override
    public void close() {
        heal();
        closeListener();
        links.forEach(Link::reset);
        threads.shutdownNow();
    }

    private void closeListener() {
        var open = listener;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void abort(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException closedAlready) {
            // closing it once more does no harm
        }
        end(socket);
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException gone) {
            // then it is closed
        }
    }

    private record Watch(
            Direction direction,
            String pattern,
            boolean beforeHandingOn,
            Runnable action,
            CompletableFuture<Boolean> seen) {

        void fire() {
            action.run();
            seen.complete(true);
        }
    }

    private static final class Armed {

        final NetworkFault fault;
        final CountDownLatch healed = new CountDownLatch(1);
        final AtomicInteger strikesLeft;
        final Map<Link, Integer> bytesByLink = new ConcurrentHashMap<>();

        Armed(NetworkFault fault) {
            this.fault = fault;
            this.strikesLeft = new AtomicInteger(fault instanceof Break broken ? broken.connections() : 0);
        }
    }

    private final class Link {

        private final Socket client;
        private final Socket server;

        Link(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void start() {
            links.add(this);
            threads.execute(() -> pump(client, server, Direction.TO_SERVER));
            threads.execute(() -> pump(server, client, Direction.TO_CLIENT));
        }

        private void pump(Socket from, Socket to, Direction direction) {
            var buffer = new byte[BUFFER_BYTES];
            var tail = "";
            try {
                var in = from.getInputStream();
                var out = to.getOutputStream();
                for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    var text = tail + new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
                    tail = text.substring(Math.max(0, text.length() - LONGEST_PATTERN));
                    hand(direction, text, buffer, count, out);
                }
            } catch (IOException gone) {
                // both ends hear of it below
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
            } finally {
                close();
            }
        }

        private void hand(Direction direction, String text, byte[] bytes, int count, OutputStream out)
                throws IOException, InterruptedException {
            if (direction == Direction.TO_SERVER && beginsRequest(bytes)) {
                requests.add(Instant.now());
            }
            var seen = matching(direction, text);
            if (seen != null && seen.beforeHandingOn) {
                seen.fire();
            }
            write(direction, bytes, count, out);
            if (seen != null && !seen.beforeHandingOn) {
                seen.fire();
            }
        }

        /** Clients here have one request under way on a connection, so that each begins where a read does. */
        private static boolean beginsRequest(byte[] bytes) {
            var start = new String(bytes, 0, 5, StandardCharsets.ISO_8859_1);
            return start.equals("POST ") || start.startsWith("GET ");
        }

        private @Nullable Watch matching(Direction direction, String text) {
            var set = watch.get();
            return set != null
                            && set.direction == direction
                            && text.contains(set.pattern)
                            && watch.compareAndSet(set, null)
                    ? set
                    : null;
        }

        private void write(Direction direction, byte[] bytes, int count, OutputStream out)
                throws IOException, InterruptedException {
            var current = armed;
            switch (current == null ? null : current.fault) {
                case Latency latency
                when latency.direction() == direction -> {
                    Thread.sleep(latency.delay());
                    out.write(bytes, 0, count);
                }
                case Stall stall
                when stall.direction() == direction && current != null -> {
                    current.healed.await();
                    out.write(bytes, 0, count);
                }
                case Slice slice when slice.direction() == direction -> writeCrumbs(bytes, count, out);
                case Break broken
                when broken.direction() == direction && current != null ->
                    writeUpTo(broken, current, bytes, count, out);
                case null, default -> out.write(bytes, 0, count);
            }
            out.flush();
        }

        private void writeCrumbs(byte[] bytes, int count, OutputStream out) throws IOException, InterruptedException {
            var from = 0;
            for (var crumb = 0; from < count; crumb++) {
                var size = crumb < MOST_CRUMBS ? Math.min(CRUMB_BYTES, count - from) : count - from;
                out.write(bytes, from, size);
                out.flush();
                from += size;
                Thread.sleep(BETWEEN_CRUMBS);
            }
        }

        private void writeUpTo(Break broken, Armed current, byte[] bytes, int count, OutputStream out)
                throws IOException {
            int passed = current.bytesByLink.getOrDefault(this, 0);
            if (passed + count <= broken.afterBytes() || current.strikesLeft.getAndDecrement() <= 0) {
                current.bytesByLink.put(this, passed + count);
                out.write(bytes, 0, count);
                return;
            }
            out.write(bytes, 0, Math.max(0, broken.afterBytes() - passed));
            out.flush();
            if (broken.reset()) {
                reset();
            } else {
                close();
            }
        }

        void reset() {
            links.remove(this);
            abort(client);
            abort(server);
        }

        void close() {
            links.remove(this);
            end(client);
            end(server);
        }
    }
}
