package io.klinggateway.simulator;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The newest of the files that were uploaded, in memory; each for an hour. Thread-safe. */
final class UploadedFiles {

    static final int LARGEST_BYTES = 25 << 20;

    private static final Duration LIFE = Duration.ofHours(1);
    private static final int MOST = 20;
    private static final Pattern BOUNDARY = Pattern.compile("multipart/form-data;.*boundary=\"?([^\";]+)\"?.*");
    private static final Pattern FILE_PART = Pattern.compile("(?is).*\\bname=\"file\".*");

    private final String publicUrl;
    private final Map<UUID, UploadedFile> files = new LinkedHashMap<>();

    UploadedFiles(String publicUrl) {
        this.publicUrl = publicUrl;
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record UploadedFile(UUID id, String contentType, byte[] bytes, Instant expiresAt) {}

    synchronized UploadedFile keep(byte[] bytes, String contentType, Instant now) {
        var file = new UploadedFile(
                UUID.randomUUID(), contentType, bytes, now.plus(LIFE).truncatedTo(ChronoUnit.MILLIS));
        files.put(file.id(), file);
        if (files.size() > MOST) {
            files.remove(files.keySet().iterator().next());
        }
        return file;
    }

    synchronized Optional<UploadedFile> find(UUID id, Instant now) {
        return Optional.ofNullable(files.get(id)).filter(file -> now.isBefore(file.expiresAt()));
    }

    String url(UploadedFile file) {
        return publicUrl + "/uploads/" + file.id();
    }

    /** Empty if the body is no form with a part named {@code file}, or ends before its last boundary. */
    static Optional<byte[]> fileIn(byte[] body, @Nullable String contentType) {
        var boundary = BOUNDARY.matcher(contentType == null ? "" : contentType);
        if (!boundary.matches()) {
            return Optional.empty();
        }
        var between = ascii("\r\n--" + boundary.group(1));
        var from = indexOf(body, Arrays.copyOfRange(between, 2, between.length), 0);
        while (from >= 0) {
            var head = indexOf(body, ascii("\r\n\r\n"), from);
            var end = head < 0 ? -1 : indexOf(body, between, head + 2);
            if (end < 0) {
                return Optional.empty();
            }
            var headers = new String(body, from, head - from, StandardCharsets.ISO_8859_1);
            if (FILE_PART.matcher(headers).matches()) {
                return Optional.of(Arrays.copyOfRange(body, Math.min(head + 4, end), end));
            }
            from = end + 2;
        }
        return Optional.empty();
    }

    static Optional<String> sniff(byte[] file) {
        var head = new String(file, 0, Math.min(12, file.length), StandardCharsets.ISO_8859_1);
        if (head.startsWith("\u0089PNG\r\n")) {
            return Optional.of("image/png");
        }
        if (head.startsWith("\u00ff\u00d8\u00ff")) {
            return Optional.of("image/jpeg");
        }
        if (head.startsWith("GIF8")) {
            return Optional.of("image/gif");
        }
        return head.matches("(?s)RIFF....WEBP") ? Optional.of("image/webp") : Optional.empty();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int indexOf(byte[] bytes, byte[] sought, int from) {
        for (var at = from; at <= bytes.length - sought.length; at++) {
            if (bytes[at] == sought[0] && Arrays.equals(bytes, at, at + sought.length, sought, 0, sought.length)) {
                return at;
            }
        }
        return -1;
    }
}
