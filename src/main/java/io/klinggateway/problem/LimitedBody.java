package io.klinggateway.problem;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import org.slf4j.MDC;
import org.springframework.util.unit.DataSize;

/** A body that ends the request if it is too large, comes too slowly, or there is no room for it. */
final class LimitedBody extends ServletInputStream {

    private static final Duration ROOM_AGAIN_IN = Duration.ofSeconds(2);

    private final ServletInputStream body;
    private final DataSize limit;
    private final Duration timeout;
    private final BodyMemoryLimit.HeldBody held;
    private final long begunAtNanos = System.nanoTime();
    private long bytesRead;
    private boolean begun;

    LimitedBody(ServletInputStream body, DataSize limit, Duration timeout, BodyMemoryLimit.HeldBody held) {
        this.body = body;
        this.limit = limit;
        this.timeout = timeout;
        this.held = held;
    }

    static Problem tooLarge(DataSize limit) {
        return Problem.of(ProblemCode.BODY_TOO_LARGE, "The body exceeds " + limit.toBytes() + " bytes");
    }

    static ProblemException noRoom() {
        return new ProblemException(
                Problem.of(ProblemCode.OVERLOADED, "Too many request bodies are being received now; try again"),
                ROOM_AGAIN_IN);
    }

    private static ProblemException noRoomForTeam() {
        return new ProblemException(
                Problem.of(ProblemCode.RATE_LIMITED, "The team sends too many bodies at once; try again"),
                ROOM_AGAIN_IN);
    }

    @Override
    public int read() throws IOException {
        begin();
        int next = body.read();
        count(next < 0 ? 0 : 1);
        return next;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        begin();
        int read = body.read(buffer, offset, length);
        count(Math.max(0, read));
        return read;
    }

    /** Whoever needs a key or a session for what it sends has shown it before a byte is read. */
    private void begin() {
        if (begun) {
            return;
        }
        begun = true;
        String team = MDC.get(ErrorCounter.TENANT);
        if (team != null && !held.belongsTo(team)) {
            throw noRoomForTeam();
        }
    }

    private void count(int bytes) {
        bytesRead += bytes;
        if (bytesRead > limit.toBytes()) {
            throw new ProblemException(tooLarge(limit));
        }
        if (!held.grow(bytesRead)) {
            throw noRoom();
        }
        if (bytes > 0 && System.nanoTime() - begunAtNanos > timeout.toNanos()) {
            throw new ProblemException(Problem.of(
                    ProblemCode.VALIDATION_FAILED, "The body did not come within " + timeout.toSeconds() + " s"));
        }
    }

    @Override
    public boolean isFinished() {
        return body.isFinished();
    }

    @Override
    public boolean isReady() {
        return body.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
        throw new UnsupportedOperationException("bodies are read blocking, on virtual threads");
    }
}
