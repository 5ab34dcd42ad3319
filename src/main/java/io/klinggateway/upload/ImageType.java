package io.klinggateway.upload;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The kinds of images that may be uploaded (apiframe: PNG, JPEG, WebP, GIF), told by their first bytes whatever they are called. */
enum ImageType {
    PNG("image/png", "\u0089PNG\r\n\u001a\n", ""),
    JPEG("image/jpeg", "\u00ff\u00d8\u00ff", ""),
    GIF_87("image/gif", "GIF87a", ""),
    GIF_89("image/gif", "GIF89a", ""),
    /** Between both marks stands the file's length. */
    WEBP("image/webp", "RIFF", "WEBP");

    /** As many as any of them needs. */
    static final int HEAD_BYTES = 12;

    private static final int SECOND_MARK_AT = 8;

    private final String contentType;
    private final String mark;
    private final String secondMark;

    /** @param mark bytes as characters of Latin 1 */
    ImageType(String contentType, String mark, String secondMark) {
        this.contentType = contentType;
        this.mark = mark;
        this.secondMark = secondMark;
    }

    String contentType() {
        return contentType;
    }

    /** @param head a file's first bytes, {@link #HEAD_BYTES} or all that there are */
    static Optional<ImageType> of(byte[] head) {
        String begins = new String(head, StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(type -> begins.startsWith(type.mark)
                        && (type.secondMark.isEmpty() || begins.startsWith(type.secondMark, SECOND_MARK_AT)))
                .findFirst();
    }
}
