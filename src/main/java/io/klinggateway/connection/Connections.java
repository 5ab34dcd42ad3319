package io.klinggateway.connection;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * Keeps room on the port for callers that speak. Before all connections are taken, those that say nothing are closed: first
 * what never spoke, then what has been silent for longest. So are those whose line and headers take too long, however they
 * trickle, of which Tomcat's own timeouts, each of one read, know nothing.
 */
@Component
@Order(Ordered.LOWEST_PRECEDENCE) // after the settings of server.tomcat
@EnableConfigurationProperties(ConnectionSettings.class)
public class Connections implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    /** What has just connected is about to. */
    private static final Duration TIME_TO_SPEAK = Duration.ofSeconds(1);

    /**
     * Who has spoken may be a proxy, which takes up a connection again when its next caller comes: its request may be on its
     * way. So these are closed last, from seven eighths on.
     */
    private static final Duration TIME_TO_SPEAK_AGAIN = Duration.ofSeconds(20);

    private final ConnectionSettings settings;
    private final Clock clock;
    private final Map<SocketWrapperBase<NioChannel>, Long> unfinishedSinceNanos = new HashMap<>();
    private final Set<Remote> spoken = ConcurrentHashMap.newKeySet();
    private volatile @Nullable CallerProtocol protocol;

    Connections(ConnectionSettings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.setProtocol(CallerProtocol.class.getName());
        factory.addConnectorCustomizers(this::customize);
    }

    private void customize(Connector connector) {
        if (connector.getProtocolHandler() instanceof CallerProtocol callers) {
            callers.setMaxConnections(most());
            // Who asks before it sends is told to go on only if its body is wanted.
            callers.setContinueResponseTiming("onRead");
            protocol = callers;
        }
    }

    /** How many callers may be connected at once. */
    public int most() {
        return settings.mostConnections();
    }

    /** How long one read may take, and all that has an end of its own. */
    Duration requestTimeout() {
        CallerProtocol callers = protocol;
        return Duration.ofMillis(callers == null ? 0 : callers.getConnectionTimeout());
    }

    void hasSpoken(Remote remote) {
        spoken.add(remote);
    }

    /** Where a caller is connected from. */
    public record Remote(String address, int port) {

        public static Remote of(HttpServletRequest request) {
            return new Remote(request.getRemoteAddr(), request.getRemotePort());
        }
    }

    /**
     * Those who send nothing more, of some who wait for their answers. Most have hung up; one may have closed its side
     * alone, and still listen.
     */
    public Set<Remote> closing(Set<Remote> waiting) {
        CallerProtocol callers = protocol;
        if (callers == null || waiting.isEmpty()) {
            return Set.of();
        }
        Map<Remote, SocketWrapperBase<NioChannel>> connected = callers.connections().stream()
                .collect(Collectors.toMap(Connections::remote, Function.identity(), (one, _) -> one));
        return waiting.stream()
                .filter(remote -> isClosing(connected.get(remote)))
                .collect(Collectors.toSet());
    }

    private static Remote remote(SocketWrapperBase<NioChannel> connection) {
        return new Remote(Objects.requireNonNullElse(connection.getRemoteAddr(), ""), connection.getRemotePort());
    }

    /** What the caller sends meanwhile stays in the connection's buffer; while the lock is had nobody else reads it. */
    private static boolean isClosing(@Nullable SocketWrapperBase<NioChannel> connection) {
        if (connection == null) {
            return false; // not known by this address, so nothing is known of it
        }
        Lock lock = connection.getLock();
        if (!lock.tryLock()) {
            return false;
        }
        try {
            if (connection.getCurrentProcessor() instanceof Processor processor && processor.isAsync()) {
                connection.isReadyForRead();
            }
            return false;
        } catch (IOException end) {
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** @return false: one look is enough for a while */
    boolean makeRoom() {
        CallerProtocol callers = protocol;
        if (callers == null) {
            return false;
        }
        List<Remote> spokenBefore = List.copyOf(spoken);
        Set<SocketWrapperBase<NioChannel>> all = callers.connections();
        Set<Remote> connected = all.stream().map(Connections::remote).collect(Collectors.toSet());
        spokenBefore.stream().filter(remote -> !connected.contains(remote)).forEach(spoken::remove);
        unfinishedSinceNanos.keySet().retainAll(all);
        List<SocketWrapperBase<NioChannel>> slow =
                all.stream().filter(this::isTooSlow).toList();
        slow.forEach(connection -> close(connection, Activity.UNFINISHED));
        long silentTooMany = callers.count() - crowded();
        if (silentTooMany > 0) {
            long spokenTooMany = callers.count() - most() * 7L / 8;
            List<Idle> idle = all.stream()
                    .filter(connection -> isIdle(connection) && state(connection) == Activity.SILENT)
                    .map(connection -> new Idle(connection, spoke(connection), lastRead(connection)))
                    .sorted(Comparator.comparingLong(Idle::lastRead))
                    .toList();
            List<Idle> neverSpoke = idle.stream().filter(one -> !one.spoke()).toList();
            close(neverSpoke, silentTooMany);
            close(idle.stream().filter(Idle::spoke).toList(), spokenTooMany - neverSpoke.size());
        }
        return false;
    }

    private static void close(List<Idle> idle, long most) {
        idle.stream().limit(Math.max(0, most)).forEach(one -> close(one.connection(), Activity.SILENT));
    }

    /** Three quarters: from there on room is made. */
    private long crowded() {
        return most() * 3L / 4;
    }

    /** As it was when the look began: what is sorted must not change meanwhile. */
    private record Idle(SocketWrapperBase<NioChannel> connection, boolean spoke, long lastRead) {}

    private boolean spoke(SocketWrapperBase<NioChannel> connection) {
        return spoken.contains(remote(connection));
    }

    private boolean isIdle(SocketWrapperBase<NioChannel> connection) {
        Duration patience = spoke(connection) ? TIME_TO_SPEAK_AGAIN : TIME_TO_SPEAK;
        return clock.millis() - lastRead(connection) > patience.toMillis();
    }

    private static long lastRead(SocketWrapperBase<NioChannel> connection) {
        return connection instanceof NioSocketWrapper known ? known.getLastRead() : 0;
    }

    private boolean isTooSlow(SocketWrapperBase<NioChannel> connection) {
        if (state(connection) != Activity.UNFINISHED) {
            unfinishedSinceNanos.remove(connection);
            return false;
        }
        long now = System.nanoTime();
        return now - unfinishedSinceNanos.computeIfAbsent(connection, _ -> now)
                > requestTimeout().toNanos();
    }

    private enum Activity {
        /** No request is under way. */
        SILENT,
        /** Line and headers of a request have not all come. */
        UNFINISHED,
        /** A request is served, or waits to be answered. */
        SERVED
    }

    private static Activity state(SocketWrapperBase<NioChannel> connection) {
        Lock lock = connection.getLock();
        if (!lock.tryLock()) {
            return Activity.SERVED;
        }
        try {
            return stateOf(connection);
        } finally {
            lock.unlock();
        }
    }

    private static Activity stateOf(SocketWrapperBase<NioChannel> connection) {
        Object processor = connection.getCurrentProcessor();
        if (processor == null) {
            return Activity.SILENT;
        }
        return processor instanceof Processor known && !known.isAsync() && !known.isUpgrade()
                ? Activity.UNFINISHED
                : Activity.SERVED;
    }

    /** Unless it has begun to speak meanwhile: what it sent is read as soon as the lock is free. */
    private static void close(SocketWrapperBase<NioChannel> connection, Activity state) {
        Lock lock = connection.getLock();
        if (lock.tryLock()) {
            try {
                if (!connection.isClosed()
                        && stateOf(connection) == state
                        && (state == Activity.UNFINISHED || !hasUnread(connection))) {
                    connection.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Without a read, after which the poller would wait for what is there already. */
    private static boolean hasUnread(SocketWrapperBase<NioChannel> connection) {
        try {
            return connection
                            .getSocket()
                            .getIOChannel()
                            .socket()
                            .getInputStream()
                            .available()
                    > 0;
        } catch (IOException gone) {
            return false;
        }
    }
}
