package io.klinggateway.apiframe;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server below HTTP: it reads requests and leaves what becomes of the connection to the test. */
final class RawVendor implements Closeable {

    /** What to do with a request; the connection stays open as long as it returns true. */
    interface Script {

        boolean answer(Socket connection, Request request) throws IOException;
    }

    /** @param count how many requests have arrived, this one included */
    record Request(int count, String head, String body) {}

    private static final Pattern CONTENT_LENGTH = Pattern.compile("content-length: (\\d+)");

    private final ServerSocket server;
    private final Script script;
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Socket> connections = new CopyOnWriteArrayList<>();

    RawVendor(Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static void send(Socket connection, String text) throws IOException {
        OutputStream out = connection.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    static String response(String status, String body) {
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    String url() {
        return "http://localhost:" + server.getLocalPort();
    }

    List<Request> requests() {
        return requests;
    }

    int connections() {
        return connections.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException closed) {
            // the test is over
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            while (script.answer(connection, read(connection.getInputStream()))) {
                // the next request of the connection
            }
        } catch (IOException gone) {
            // by either side
        }
    }

    private Request read(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed");
            }
            head.append((char) next);
        }
        Matcher length = CONTENT_LENGTH.matcher(head.toString().toLowerCase(Locale.ROOT));
        byte[] body = length.find() ? in.readNBytes(Integer.parseInt(length.group(1))) : new byte[0];
        synchronized (requests) {
            Request request =
                    new Request(requests.size() + 1, head.toString(), new String(body, StandardCharsets.UTF_8));
            requests.add(request);
            return request;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }
}
