package io.klinggateway.apiframe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.MediaType;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * A file as the one part of a multipart body. Whoever has the file reads it and hands it over piece by piece, as the connection
 * asks for them: 128 at most are on their way, a megabyte. Nothing is read before the connection stands.
 */
final class FileBody {

    private static final int PIECE_BYTES = 8 * 1024;

    /** A connection that asks for everything at once. */
    private static final long MOST_ASKED_FOR = 1 << 20;

    private final InputStream file;
    private final String fileType;
    private final String boundary = "kling-gateway-" + UUID.randomUUID();
    private final Semaphore askedFor = new Semaphore(0);
    private final CompletableFuture<FluxSink<DataBuffer>> connection = new CompletableFuture<>();
    private volatile boolean over;
    private @Nullable IOException unreadable;
    private @Nullable RuntimeException refused;

    /** @param fileType its content type */
    FileBody(InputStream file, String fileType) {
        this.file = file;
        this.fileType = fileType;
    }

    MediaType contentType() {
        return MediaType.parseMediaType("multipart/form-data; boundary=" + boundary);
    }

    Flux<DataBuffer> pieces() {
        return Flux.create(sink -> {
            sink.onRequest(pieces -> askedFor.release((int) Math.min(pieces, MOST_ASKED_FOR)));
            sink.onDispose(this::end);
            connection.complete(sink);
        });
    }

    private void end() {
        over = true;
        askedFor.release();
    }

    /** Reads the file and hands it over, until it ends or the exchange does. Called by the thread that may read it. */
    void handOver(CompletableFuture<?> answer) {
        CompletableFuture<?> answered = answer.handle((_, _) -> {
            end();
            return true;
        });
        CompletableFuture.anyOf(connection, answered).join();
        if (!connection.isDone()) {
            return;
        }
        FluxSink<DataBuffer> sink = connection.join();
        try {
            if (handOver(sink)) {
                sink.complete();
            }
        } catch (IOException failure) {
            unreadable = failure;
            sink.error(failure);
        } catch (RuntimeException refusal) {
            refused = refusal;
            sink.error(refusal);
        }
    }

    private boolean handOver(FluxSink<DataBuffer> sink) throws IOException {
        boolean wanted = next(sink, head());
        byte[] piece = new byte[PIECE_BYTES];
        for (int read; wanted && (read = file.readNBytes(piece, 0, PIECE_BYTES)) > 0; ) {
            wanted = next(sink, Arrays.copyOf(piece, read));
        }
        return wanted && next(sink, ("\r\n--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Not under the name that it has at its sender's: that is the sender's own. */
    private byte[] head() {
        return ("--" + boundary
                        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"upload\"\r\nContent-Type: "
                        + fileType + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** @return false if nobody wants it any more */
    private boolean next(FluxSink<DataBuffer> sink, byte[] bytes) {
        askedFor.acquireUninterruptibly(); // the exchange ends in time, and then asks for a last one
        if (over) {
            return false;
        }
        sink.next(DefaultDataBufferFactory.sharedInstance.wrap(bytes));
        return true;
    }

    /** Whether it was the file that failed, and not the exchange. */
    boolean isBroken() {
        return unreadable != null || refused != null;
    }

    /** @throws IOException what reading the file has thrown, if it has; and so any exception that is not checked */
    void throwFault() throws IOException {
        if (unreadable != null) {
            throw unreadable;
        }
        if (refused != null) {
            throw refused;
        }
    }
}
