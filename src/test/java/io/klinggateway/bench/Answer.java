package io.klinggateway.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** An HTTP/1.1 answer as it arrives; only as much of it is looked at as has to be. */
final class Answer {

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final String LENGTH = "\r\ncontent-length:";
    private static final int UNKNOWN = -1;

    private byte[] bytes = new byte[1 << 14];
    private int count;
    private int headEnd = UNKNOWN;
    private int length = UNKNOWN;
    private boolean close;

    void clear() {
        count = 0;
        headEnd = UNKNOWN;
        length = UNKNOWN;
        close = false;
    }

    /** @return false if the other side has ended the connection */
    boolean readFrom(SocketChannel channel) throws IOException {
        if (count == bytes.length) {
            bytes = Arrays.copyOf(bytes, count * 2);
        }
        int read;
        try {
            read = channel.read(ByteBuffer.wrap(bytes, count, bytes.length - count));
        } catch (IOException reset) {
            return false;
        }
        if (read > 0) {
            count += read;
            if (headEnd == UNKNOWN) {
                readHead();
            }
        }
        return read >= 0;
    }

    private void readHead() {
        for (int index = 0; index + 3 < count; index++) {
            if (bytes[index] == '\r' && bytes[index + 2] == '\r' && bytes[index + 3] == '\n') {
                headEnd = index + 4;
                String head = new String(bytes, 0, headEnd, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
                close = head.contains("\r\nconnection: close");
                int at = head.indexOf(LENGTH);
                if (at >= 0) {
                    int from = at + LENGTH.length();
                    length = Integer.parseInt(
                            head.substring(from, head.indexOf('\r', from)).strip());
                }
                return;
            }
        }
    }

    boolean isComplete() {
        return headEnd != UNKNOWN && (length == UNKNOWN ? endsWithLastChunk() : count >= headEnd + length);
    }

    private boolean endsWithLastChunk() {
        int from = count - LAST_CHUNK.length;
        return from >= headEnd && Arrays.equals(bytes, from, count, LAST_CHUNK, 0, LAST_CHUNK.length);
    }

    int status() {
        return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
    }

    boolean endsConnection() {
        return close;
    }
}
