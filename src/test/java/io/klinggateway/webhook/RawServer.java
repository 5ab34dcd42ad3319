package io.klinggateway.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Answers each connection with whatever bytes a test wants, once the request's head has come, and closes it. */
final class RawServer implements AutoCloseable {

    /** What is done with a connection. */
    @FunctionalInterface
    interface Script {
        void run(Socket socket) throws IOException, InterruptedException;
    }

    private final ServerSocket server;

    RawServer(Script script) throws IOException {
        server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!server.isClosed()) {
                accept(script);
            }
        });
    }

    private void accept(Script script) {
        try {
            Socket socket = server.accept();
            Thread.ofVirtual().start(() -> {
                try (socket) {
                    int _ = socket.getInputStream().read(new byte[8192]);
                    script.run(socket);
                } catch (IOException | InterruptedException gone) {
                    Thread.currentThread().interrupt();
                }
            });
        } catch (IOException closed) {
            Thread.currentThread().interrupt();
        }
    }

    String url() {
        return "http://localhost:" + server.getLocalPort() + "/";
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
