package io.klinggateway.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Balances connections as a Service does: each new one goes to the next backend in rotation, and stays there until one
 * side ends it, whether the backend is still in rotation or not.
 */
final class SmallProxy implements AutoCloseable {

    private final ServerSocket server;
    private final List<Integer> rotation = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    SmallProxy() {
        try {
            server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().name("proxy").start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    void add(int backendPort) {
        rotation.add(backendPort);
    }

    void remove(int backendPort) {
        rotation.removeIf(port -> port == backendPort);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        var backends = List.copyOf(rotation);
        var port = backends.get(Math.floorMod(next.getAndIncrement(), backends.size()));
        try (client;
                var backend = new Socket(InetAddress.getLoopbackAddress(), port)) {
            client.setTcpNoDelay(true);
            backend.setTcpNoDelay(true);
            var answers = Thread.ofVirtual().start(() -> copy(backend, client));
            copy(client, backend);
            answers.join();
        } catch (IOException gone) {
            // the client sees its connection end
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException gone) {
            // so does the other side
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
