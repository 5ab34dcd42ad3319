package io.klinggateway.upload;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.catalina.connector.ClientAbortException;

/** What is left of a body that is refused, or that has ended too soon. */
final class UnreadBody {

    private static final long MOST_DISCARDED_BYTES = 2 * UploadedFile.LARGEST_BYTES;
    private static final Duration LONGEST = Duration.ofSeconds(10);
    private static final int PIECE_BYTES = 8 * 1024;

    private UnreadBody() {}

    /**
     * Reads over the rest, within bounds: whoever is still sending when the connection is closed never hears the answer.
     */
    static void discard(HttpServletRequest request) {
        if (request.getContentLengthLong() > MOST_DISCARDED_BYTES) {
            return;
        }
        long until = System.nanoTime() + LONGEST.toNanos();
        try {
            InputStream body = request.getInputStream();
            byte[] piece = new byte[PIECE_BYTES];
            long left = MOST_DISCARDED_BYTES;
            for (int read = 0; read >= 0 && left > 0 && System.nanoTime() < until; left -= read) {
                read = body.read(piece);
            }
        } catch (IOException | RuntimeException broken) {
            // The answer stays the same, if there is anybody to hear it.
        }
    }

    static RuntimeException problem(IOException broken) {
        return broken instanceof ClientAbortException
                ? new UncheckedIOException(broken)
                : new ProblemException(Problem.of(
                        ProblemCode.VALIDATION_FAILED,
                        "The body is not multipart/form-data, or ended before the file did"));
    }
}
