package io.klinggateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over kept connections, one at a time over each, and times their answers. All answers are read by one
 * thread: on a small machine the load must not need more than its share.
 */
final class Load {

    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int MOST_CONNECTIONS_OF_AN_OPEN_LOOP = 256;

    private final Requests requests;
    private final SplittableRandom random = new SplittableRandom(4711);
    private final Selector selector;
    private final InetSocketAddress address;
    private final Deque<Line> idle = new ArrayDeque<>();
    private final Deque<Long> waiting = new ArrayDeque<>();
    private final Latencies latencies = new Latencies();
    private final Map<Integer, Integer> answers = new HashMap<>();
    private long endNanos;
    private boolean again;
    private int underWay;
    private int lost;

    private Load(Requests requests, int connections) throws IOException {
        this.requests = requests;
        this.selector = Selector.open();
        this.address = new InetSocketAddress(
                requests.target().getHost(), requests.target().getPort());
        for (int number = 0; number < connections; number++) {
            idle.addLast(new Line());
        }
    }

    /**
     * @param latencies of the answers within the time
     * @param answers all of them, by status; also those that came later
     * @param lost requests that were never answered
     */
    record Outcome(Duration duration, Latencies latencies, Map<Integer, Integer> answers, int lost) {

        double perSecond() {
            return latencies.count() / (duration.toNanos() / 1e9);
        }

        int all() {
            return lost + answers.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** Each connection sends its next request when the one before is answered. */
    static Outcome closedLoop(Requests requests, int connections, Duration duration) {
        return run(requests, connections, load -> load.closedLoop(duration));
    }

    /**
     * Sends at fixed moments, however long answers take, and counts from those moments: who has to wait for a connection
     * waits as a caller would.
     */
    static Outcome openLoop(Requests requests, double perSecond, Duration duration) {
        int connections = (int) Math.clamp(Math.ceil(perSecond), 1, MOST_CONNECTIONS_OF_AN_OPEN_LOOP);
        return run(requests, connections, load -> load.openLoop(perSecond, duration));
    }

    /** Every request once, one after the other. */
    static Outcome once(Requests requests) {
        return run(requests, 1, load -> load.once());
    }

    private interface Course {
        Outcome run(Load load) throws IOException;
    }

    private static Outcome run(Requests requests, int connections, Course course) {
        try {
            var load = new Load(requests, connections);
            try (load.selector) {
                return course.run(load);
            } finally {
                load.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reach " + requests.target(), e);
        }
    }

    private void close() throws IOException {
        for (Line line : idle) {
            line.channel.close();
        }
    }

    private Outcome closedLoop(Duration duration) throws IOException {
        again = true;
        long started = System.nanoTime();
        endNanos = started + duration.toNanos();
        while (true) {
            Line line = idle.pollFirst();
            if (line == null) {
                break;
            }
            line.send(requests.any(random), System.nanoTime());
        }
        drain();
        return new Outcome(duration, latencies, answers, lost);
    }

    private Outcome once() throws IOException {
        long started = System.nanoTime();
        endNanos = Long.MAX_VALUE;
        for (byte[] request : requests.requests()) {
            idle.removeFirst().send(request, System.nanoTime());
            drain();
        }
        return new Outcome(Duration.ofNanos(System.nanoTime() - started), latencies, answers, lost);
    }

    private Outcome openLoop(double perSecond, Duration duration) throws IOException {
        long started = System.nanoTime();
        endNanos = Long.MAX_VALUE; // an answer that comes late counts, or the slowest would be left out
        Sender sender = new Sender(started, perSecond, duration);
        Thread thread = Thread.ofPlatform().name("sender").start(sender);
        while (thread.isAlive() || isBusy()) {
            receive(10);
            if (System.nanoTime() - started > duration.plus(PATIENCE).toNanos()) {
                giveUp();
                break;
            }
        }
        sender.rethrow();
        return new Outcome(duration, latencies, answers, lost);
    }

    private final class Sender implements Runnable {

        private final long started;
        private final double perSecond;
        private final Duration duration;
        private volatile @Nullable IOException failure;

        Sender(long started, double perSecond, Duration duration) {
            this.started = started;
            this.perSecond = perSecond;
            this.duration = duration;
        }

        @Override
        public void run() {
            long count = (long) (perSecond * duration.toMillis() / 1000);
            try {
                for (long number = 0; number < count; number++) {
                    long due = started + (long) (number * 1e9 / perSecond);
                    while (System.nanoTime() - due < 0) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                    sendOrWait(due);
                }
            } catch (IOException e) {
                failure = e;
            }
        }

        void rethrow() throws IOException {
            if (failure != null) {
                throw new IOException(failure);
            }
        }
    }

    private synchronized void sendOrWait(long due) throws IOException {
        Line line = idle.pollFirst();
        if (line == null) {
            waiting.addLast(due);
        } else {
            line.send(requests.any(random), due);
        }
    }

    private synchronized boolean isBusy() {
        return underWay > 0 || !waiting.isEmpty();
    }

    private synchronized void giveUp() {
        lost += underWay + waiting.size();
    }

    private void drain() throws IOException {
        long patience = PATIENCE.toNanos();
        long lastAnswer = System.nanoTime();
        while (isBusy()) {
            if (receive(100) > 0) {
                lastAnswer = System.nanoTime();
            } else if (System.nanoTime() - lastAnswer > patience) {
                giveUp();
                return;
            }
        }
    }

    private int receive(int millis) throws IOException {
        return selector.select(
                key -> {
                    try {
                        receive((Line) key.attachment());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                millis);
    }

    private synchronized void receive(Line line) throws IOException {
        line.receive();
    }

    private void answered(Line line, int status) throws IOException {
        long now = System.nanoTime();
        answers.merge(status, 1, Integer::sum);
        if (now - endNanos <= 0 || endNanos == Long.MAX_VALUE) {
            latencies.add(now - line.since);
        }
        next(line, now);
    }

    private void broken(Line line) throws IOException {
        lost++;
        next(line, System.nanoTime());
    }

    private void next(Line line, long now) throws IOException {
        underWay--;
        Long due = waiting.pollFirst();
        if (due != null) {
            line.send(requests.any(random), due);
        } else if (again && now - endNanos < 0) {
            line.send(requests.any(random), now);
        } else {
            idle.addLast(line);
        }
    }

    /** One connection; renewed where the server ends it. */
    private final class Line {

        private final Answer answer = new Answer();
        private SocketChannel channel;
        private long since;

        Line() throws IOException {
            channel = connect();
        }

        private SocketChannel connect() throws IOException {
            SocketChannel connected = SocketChannel.open(address);
            connected.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connected.configureBlocking(false);
            connected.register(selector, SelectionKey.OP_READ, this);
            return connected;
        }

        void send(byte[] request, long from) throws IOException {
            since = from;
            underWay++;
            answer.clear();
            ByteBuffer bytes = ByteBuffer.wrap(request);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }

        void receive() throws IOException {
            boolean alive = answer.readFrom(channel);
            if (answer.isComplete()) {
                int status = answer.status();
                if (!alive || answer.endsConnection()) {
                    reconnect();
                }
                answer.clear();
                answered(this, status);
            } else if (!alive) {
                reconnect();
                if (!idle.contains(this)) {
                    broken(this);
                }
            }
        }

        private void reconnect() throws IOException {
            channel.close();
            channel = connect();
        }
    }
}
