package io.klinggateway.connection;

import io.klinggateway.connection.Connections.Remote;
import jakarta.servlet.ServletException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.net.ApplicationBufferHandler;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Notes who has spoken, and reads what is left of a body that was answered unread, so that its caller reads the answer
 * instead of a reset. Tomcat would read it too, but as slowly as it comes and for as many as there are.
 */
final class CallerValve extends ValveBase {

    private static final int MOST_BYTES = 2 * 1024 * 1024;

    private final Connections connections;
    private final Semaphore readers;

    CallerValve(Connections connections) {
        super(true);
        this.connections = connections;
        this.readers = new Semaphore(Math.max(1, connections.most() / 8));
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        connections.hasSpoken(new Remote(request.getPeerAddr(), request.getRemotePort()));
        getNext().invoke(request, response);
        if (!request.isAsync() && !request.isFinished() && !isTheLast(request.getCoyoteRequest())) {
            response.finishResponse();
            if (!readRest(request)) {
                request.getCoyoteRequest().action(ActionCode.DISABLE_SWALLOW_INPUT, null);
            }
        }
    }

    /** The connection ends anyway; of who expects to be told to send a body, which was not told, too. */
    private static boolean isTheLast(org.apache.coyote.Request request) {
        AtomicBoolean broken = new AtomicBoolean();
        request.action(ActionCode.IS_ERROR, broken);
        return broken.get() || request.hasExpectation();
    }

    /** @return false if the rest does not come in time, is too long, or too many are read: the connection ends then */
    private boolean readRest(Request request) {
        if (!readers.tryAcquire()) {
            return false;
        }
        try {
            return isReadWithin(connections.requestTimeout(), request.getCoyoteRequest());
        } catch (IOException | IllegalArgumentException unreadable) {
            return false; // gone, or Tomcat found no end of its head
        } finally {
            readers.release();
        }
    }

    /** Below the request's stream, which is closed together with the answer. */
    private static boolean isReadWithin(Duration timeout, org.apache.coyote.Request body) throws IOException {
        long begunAtNanos = System.nanoTime();
        DiscardedBytes rest = new DiscardedBytes();
        int bytes = 0;
        while (bytes <= MOST_BYTES && System.nanoTime() - begunAtNanos < timeout.toNanos()) {
            int read = body.doRead(rest);
            if (read < 0) {
                return true;
            }
            bytes += read;
        }
        return false;
    }

    private static final class DiscardedBytes implements ApplicationBufferHandler {

        private ByteBuffer bytes = ByteBuffer.allocate(0);

        @Override
        public void setByteBuffer(ByteBuffer buffer) {
            bytes = buffer;
        }

        @Override
        public ByteBuffer getByteBuffer() {
            return bytes;
        }

        @Override
        public void expand(int size) {}
    }

    @Component
    static class CallerValves implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

        private final Connections connections;

        CallerValves(Connections connections) {
            this.connections = connections;
        }

        @Override
        public void customize(TomcatServletWebServerFactory factory) {
            factory.addEngineValves(new CallerValve(connections));
        }
    }
}
