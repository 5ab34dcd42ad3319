package io.klinggateway.flood;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Finds where an HTTP/1.1 answer ends, and keeps nothing of it: ten thousand of these are read at once. */
final class AnswerScanner {

    private static final String HEAD_END = "\r\n\r\n";
    private static final String LENGTH = "\r\ncontent-length:";
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    /** The last bytes of a body in chunks: {@code 0\r\n\r\n}. */
    private static final long LAST_CHUNK = 0x30_0D_0A_0D_0AL;

    private static final long FIVE_BYTES = 0xFF_FF_FF_FF_FFL;

    private final StringBuilder head = new StringBuilder();
    private boolean inBody;
    private boolean chunked;
    private long left;
    private long lastBytes;
    private int status;
    private boolean last;

    void clear() {
        head.setLength(0);
        inBody = false;
        lastBytes = 0;
        left = 0;
    }

    /** @return whether it has come whole */
    boolean take(ByteBuffer bytes) {
        while (bytes.hasRemaining() && !inBody) {
            head.append((char) bytes.get());
            if (head.length() >= HEAD_END.length() && head.lastIndexOf(HEAD_END) == head.length() - HEAD_END.length()) {
                readHead();
            }
        }
        if (inBody && chunked) {
            while (bytes.hasRemaining()) {
                lastBytes = ((lastBytes << Byte.SIZE) | (bytes.get() & 0xFF)) & FIVE_BYTES;
            }
            return lastBytes == LAST_CHUNK;
        }
        left -= bytes.remaining();
        bytes.position(bytes.limit());
        return inBody && left <= 0;
    }

    private void readHead() {
        String text = head.toString().toLowerCase(Locale.ROOT);
        status = Integer.parseInt(text, STATUS_AT, STATUS_AT + 3, 10);
        last = text.contains("\r\nconnection: close");
        chunked = text.contains("\r\ntransfer-encoding: chunked");
        int at = text.indexOf(LENGTH);
        int from = at + LENGTH.length();
        left = at < 0
                ? 0
                : Long.parseLong(text.substring(from, text.indexOf('\r', from)).strip());
        inBody = true;
    }

    int status() {
        return status;
    }

    /** Whether its connection ends with it. */
    boolean isLast() {
        return last;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
