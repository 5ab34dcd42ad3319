package io.klinggateway.support;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/** What an image is, told by its first bytes: what its sender calls it is not believed. */
public enum ImageType {
    PNG("image/png", "png", "\u0089PNG\r\n\u001a\n"),
    JPEG("image/jpeg", "jpg", "\u00ff\u00d8\u00ff"),
    GIF("image/gif", "gif", "GIF8[79]a"),
    /** Between both marks stands the file's length. */
    WEBP("image/webp", "webp", "RIFF.{4}WEBP");

    /** As many as any of them needs. */
    public static final int HEAD_BYTES = 12;

    private final String contentType;
    private final String extension;
    private final Pattern head;

    /** @param head bytes as characters of Latin 1 */
    ImageType(String contentType, String extension, String head) {
        this.contentType = contentType;
        this.extension = extension;
        this.head = Pattern.compile(head, Pattern.DOTALL);
    }

    public String contentType() {
        return contentType;
    }

    /** Of a file's name, without its dot. */
    public String extension() {
        return extension;
    }

    /**
     * @param head a file's first bytes, {@link #HEAD_BYTES} or all that there are
     * @return empty if it is none of these
     */
    public static Optional<ImageType> of(byte[] head) {
        String begins = new String(head, StandardCharsets.ISO_8859_1);
        return Arrays.stream(values())
                .filter(type -> type.head.matcher(begins).lookingAt())
                .findFirst();
    }

    /** @throws java.util.NoSuchElementException if none of these is called so */
    public static ImageType ofContentType(String contentType) {
        return Arrays.stream(values())
                .filter(type -> type.contentType.equals(contentType))
                .findFirst()
                .orElseThrow();
    }
}
