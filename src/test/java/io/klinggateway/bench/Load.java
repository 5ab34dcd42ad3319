package io.klinggateway.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;

/**
 * Sends requests over kept connections, one at a time over each, and times their answers. The connections go round robin to
 * the targets. All is done by one thread: on a small machine the load must not need more than its share.
 */
final class Load {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FEWEST_CONNECTIONS_OF_AN_OPEN_LOOP = 32;
    private static final int MOST_CONNECTIONS_OF_AN_OPEN_LOOP = 256;

    private final Requests requests;
    private final SplittableRandom random = new SplittableRandom(4711);
    private final Selector selector;
    private final Deque<Line> idle = new ArrayDeque<>();
    private final Deque<Long> waiting = new ArrayDeque<>();
    private final Latencies latencies = new Latencies();
    private final Map<Integer, Integer> answers = new HashMap<>();
    private final long started;
    private LongPredicate goesOn = _ -> false;
    private boolean again;
    private long counted;
    private long countedUntil;
    private int underWay;
    private int lost;

    private Load(List<URI> targets, Requests requests, int connections) throws IOException {
        this.requests = requests;
        this.selector = Selector.open();
        for (int number = 0; number < connections; number++) {
            URI target = targets.get(number % targets.size());
            idle.addLast(new Line(new InetSocketAddress(target.getHost(), target.getPort())));
        }
        this.started = System.nanoTime();
        this.countedUntil = started;
    }

    /**
     * @param perSecond answers within the time
     * @param latencies of all answers, also of those that came later
     * @param answers all of them, by status
     * @param lost requests that were never answered
     */
    record Outcome(double perSecond, Latencies latencies, Map<Integer, Integer> answers, int lost) {

        int all() {
            return lost + answers.values().stream().mapToInt(Integer::intValue).sum();
        }

        int answered(int status) {
            return answers.getOrDefault(status, 0);
        }
    }

    /** Each connection sends its next request when the one before is answered. */
    static Outcome closedLoop(List<URI> targets, Requests requests, int connections, Duration duration) {
        return run(targets, requests, connections, load -> load.closedLoop(nanos -> nanos < duration.toNanos()));
    }

    /** As long as it goes on, and once over each connection in any case. */
    static Outcome closedLoop(List<URI> targets, Requests requests, int connections, BooleanSupplier goesOn) {
        return run(targets, requests, connections, load -> load.closedLoop(_ -> goesOn.getAsBoolean()));
    }

    /** One request over each connection, all at the same moment. */
    static Outcome atOnce(List<URI> targets, Requests requests, int connections) {
        return closedLoop(targets, requests, connections, () -> false);
    }

    /**
     * Sends at moments that do not depend on answers, as many callers who know nothing of each other do, and counts from
     * those moments: who has to wait for a connection waits as a caller would.
     */
    static Outcome openLoop(List<URI> targets, Requests requests, double perSecond, Duration duration) {
        int connections = (int)
                Math.clamp(Math.ceil(perSecond), FEWEST_CONNECTIONS_OF_AN_OPEN_LOOP, MOST_CONNECTIONS_OF_AN_OPEN_LOOP);
        return run(targets, requests, connections, load -> load.openLoop(perSecond, duration));
    }

    /** Every request once, one after the other. */
    static Outcome once(List<URI> targets, Requests requests) {
        return run(targets, requests, targets.size(), Load::once);
    }

    private interface Course {
        void run(Load load) throws IOException;
    }

    private static Outcome run(List<URI> targets, Requests requests, int connections, Course course) {
        try {
            var load = new Load(targets, requests, connections);
            try (load.selector) {
                course.run(load);
            } finally {
                load.close();
            }
            double seconds = Math.max(1, load.countedUntil - load.started) / 1e9;
            return new Outcome(load.counted / seconds, load.latencies, load.answers, load.lost);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reach " + targets, e);
        }
    }

    private void close() throws IOException {
        for (Line line : idle) {
            line.channel.close();
        }
    }

    private void closedLoop(LongPredicate until) throws IOException {
        goesOn = until;
        again = true;
        for (int connections = idle.size(); connections > 0; connections--) {
            idle.removeFirst().send(requests.any(random), System.nanoTime());
        }
        drain();
    }

    private void once() throws IOException {
        for (byte[] request : requests.requests()) {
            idle.removeFirst().send(request, System.nanoTime());
            drain();
        }
    }

    /** The moments lie as those of a Poisson process that is known to have so many. */
    private void openLoop(double perSecond, Duration duration) throws IOException {
        goesOn = nanos -> nanos < duration.toNanos();
        long[] moments = random.doubles(Math.round(perSecond * duration.toNanos() / 1e9))
                .mapToLong(share -> started + (long) (share * duration.toNanos()))
                .sorted()
                .toArray();
        for (long moment : moments) {
            while (System.nanoTime() - moment < 0) {
                receive((int) ((moment - System.nanoTime()) / 1_000_000));
            }
            Line line = idle.pollFirst();
            if (line == null) {
                waiting.addLast(moment);
            } else {
                line.send(requests.any(random), moment);
            }
        }
        drain();
    }

    private void drain() throws IOException {
        long lastAnswer = System.nanoTime();
        while (underWay > 0 || !waiting.isEmpty()) {
            if (receive(100) > 0) {
                lastAnswer = System.nanoTime();
            } else if (System.nanoTime() - lastAnswer > PATIENCE.toNanos()) {
                lost += underWay + waiting.size();
                return;
            }
        }
    }

    private int receive(int millis) throws IOException {
        return millis <= 0 ? selector.selectNow(Load::receive) : selector.select(Load::receive, millis);
    }

    private static void receive(SelectionKey key) {
        try {
            ((Line) key.attachment()).receive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answered(Line line, int status) throws IOException {
        long now = System.nanoTime();
        answers.merge(status, 1, Integer::sum);
        latencies.add(now - line.since);
        if (goesOn.test(now - started)) {
            counted++;
            countedUntil = now;
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
        } else if (again && goesOn.test(now - started)) {
            line.send(requests.any(random), now);
        } else {
            idle.addLast(line);
        }
    }

    /** One connection; renewed where the server ends it. */
    private final class Line {

        private final InetSocketAddress address;
        private final Answer answer = new Answer();
        private SocketChannel channel;
        private long since;

        Line(InetSocketAddress address) throws IOException {
            this.address = address;
            this.channel = connect();
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
