package io.klinggateway.picturestore;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpRange;

/**
 * Which of a picture's bytes are asked for (RFC 9110, 14).
 *
 * @param partial whether it was asked for a part
 */
record ServedRange(long offset, long length, boolean partial) {

    /**
     * @param header null for all; several ranges at once are answered with all, as a server may
     * @return empty if it asks for nothing that is there
     */
    static Optional<ServedRange> of(@Nullable String header, long size) {
        ServedRange all = new ServedRange(0, size, false);
        if (header == null) {
            return Optional.of(all);
        }
        List<HttpRange> ranges;
        try {
            ranges = HttpRange.parseRanges(header);
        } catch (IllegalArgumentException malformed) {
            return Optional.of(all);
        }
        if (ranges.size() != 1) {
            return Optional.of(all);
        }
        long first = ranges.getFirst().getRangeStart(size);
        long last = ranges.getFirst().getRangeEnd(size);
        return first > last || first >= size
                ? Optional.empty()
                : Optional.of(new ServedRange(first, last - first + 1, true));
    }

    /** The value of {@code Content-Range}. */
    String contentRange(long size) {
        return "bytes " + offset + "-" + (offset + length - 1) + "/" + size;
    }
}
