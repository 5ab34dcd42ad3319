package io.klinggateway.flood;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Callers that do what a {@link Flood} says until they are told to go. They heed no {@code Retry-After}, and who is hung up on
 * comes again. All of it is done by one thread: on a small machine a crowd must not need more than its share.
 */
final class Crowd implements AutoCloseable {

    private static final int TICK_MILLIS = 5;

    /** The end of a request that is sent slowly. */
    private static final int SLOW_BYTES = 200;

    private final Flood flood;
    private final InetSocketAddress gateway;
    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(64 * 1024);
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::atNanos));
    private final Map<Integer, Integer> answers = new ConcurrentSkipListMap<>();
    private final AtomicInteger hungUpOn = new AtomicInteger();
    private final AtomicInteger connected = new AtomicInteger();
    private final Thread thread;
    private volatile boolean over;
    private volatile @Nullable Exception failure;

    private Crowd(Flood flood, InetSocketAddress gateway) throws IOException {
        this.flood = flood;
        this.gateway = gateway;
        this.selector = Selector.open();
        this.thread = Thread.ofPlatform().name("crowd").unstarted(this::run);
    }

    static Crowd come(Flood flood, InetSocketAddress gateway) {
        try {
            var crowd = new Crowd(flood, gateway);
            crowd.thread.start();
            return crowd;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By status. */
    Map<Integer, Integer> answers() {
        return new TreeMap<>(answers);
    }

    /** How often a connection ended, or did not come to be, without an answer that said so. */
    int hungUpOn() {
        return hungUpOn.get();
    }

    int connected() {
        return connected.get();
    }

    private void run() {
        try {
            for (int number = 0; number < flood.callers(); number++) {
                new Caller(number).after(Duration.ZERO);
            }
            while (!over) {
                selector.select(this::happened, TICK_MILLIS);
                long now = System.nanoTime();
                while (!due.isEmpty() && due.peek().atNanos() - now <= 0) {
                    due.remove().act();
                }
            }
        } catch (IOException | RuntimeException broken) {
            failure = broken;
        } finally {
            selector.keys().forEach(key -> ((Caller) key.attachment()).leave());
        }
    }

    private void happened(SelectionKey key) {
        ((Caller) key.attachment()).happened(key);
    }

    /** @throws IllegalStateException if it could not do what it was to do */
    @Override
    public void close() {
        over = true;
        selector.wakeup();
        try {
            thread.join();
            selector.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (failure != null) {
            throw new IllegalStateException(flood.name(), failure);
        }
    }

    /** @param turn of its caller; nothing happens if that has done something else meanwhile */
    private record Due(Caller caller, long atNanos, int turn) {

        void act() {
            if (turn == caller.turn) {
                caller.act();
            }
        }
    }

    private final class Caller {

        private final int number;
        private final AnswerScanner answer = new AnswerScanner();
        private @Nullable SocketChannel channel;
        private @Nullable SelectionKey key;
        private ByteBuffer unsent = ByteBuffer.allocate(0);
        private boolean answered = true;
        private int turn;

        Caller(int number) {
            this.number = number;
        }

        void after(Duration pause) {
            due.add(new Due(this, System.nanoTime() + pause.toNanos(), ++turn));
        }

        void act() {
            try {
                if (channel == null) {
                    connect();
                } else if (answered) {
                    begin();
                } else {
                    send();
                }
            } catch (IOException refused) {
                hungUpOn();
            }
        }

        private void connect() throws IOException {
            SocketChannel opened = SocketChannel.open();
            channel = opened;
            opened.configureBlocking(false);
            opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
            opened.setOption(StandardSocketOptions.SO_LINGER, 0); // else each would keep its port for a minute
            key = opened.register(selector, SelectionKey.OP_CONNECT, this);
            opened.connect(gateway);
        }

        void happened(SelectionKey selected) {
            try {
                if (selected.isConnectable() && selected.channel() instanceof SocketChannel connecting) {
                    connecting.finishConnect();
                    connected.incrementAndGet();
                    begin();
                } else if (selected.isReadable()) {
                    receive();
                } else {
                    send();
                }
            } catch (IOException gone) {
                hungUpOn();
            }
        }

        private void begin() throws IOException {
            unsent = ByteBuffer.wrap(flood.request().apply(number));
            answered = false;
            answer.clear();
            send();
        }

        private void send() throws IOException {
            if (channel == null || key == null) {
                return;
            }
            boolean slow = flood.betweenBytes().isPositive();
            if (slow && unsent.hasRemaining()) {
                int bytes = Math.max(1, unsent.remaining() - SLOW_BYTES);
                channel.write(unsent.slice(unsent.position(), bytes));
                unsent.position(unsent.position() + bytes);
                after(flood.betweenBytes());
            } else {
                channel.write(unsent);
            }
            key.interestOps(SelectionKey.OP_READ | (!slow && unsent.hasRemaining() ? SelectionKey.OP_WRITE : 0));
        }

        private void receive() throws IOException {
            if (channel == null) {
                return;
            }
            received.clear();
            if (channel.read(received) < 0) {
                hungUpOn();
            } else if (answer.take(received.flip())) {
                answers.merge(answer.status(), 1, Integer::sum);
                answered = true;
                if (answer.isLast() || unsent.hasRemaining()) {
                    leave();
                    after(flood.comesAgainAfter());
                } else {
                    begin();
                }
            }
        }

        private void hungUpOn() {
            hungUpOn.incrementAndGet();
            leave();
            after(flood.comesAgainAfter());
        }

        void leave() {
            if (channel != null) {
                try (SocketChannel closing = channel) {
                    if (closing.isConnected()) {
                        connected.decrementAndGet();
                    }
                } catch (IOException gone) {
                    // Which is what was wanted.
                }
            }
            channel = null;
            answered = true;
        }
    }
}
