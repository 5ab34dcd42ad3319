package io.klinggateway.running;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A form with one file in it, as clients of the vendor send it. */
public final class FileForm {

    public static final String CONTENT_TYPE = "multipart/form-data; boundary=----a1b2c3";

    private static final byte[] PNG_HEAD = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private FileForm() {}

    /** @param part the name of the part that the file is in */
    public static byte[] of(String part, byte[] file) {
        var form = new ByteArrayOutputStream();
        form.writeBytes(ascii("------a1b2c3\r\nContent-Disposition: form-data; name=\"" + part
                + "\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n"));
        form.writeBytes(file);
        form.writeBytes(ascii("\r\n------a1b2c3--\r\n"));
        return form.toByteArray();
    }

    public static byte[] of(byte[] file) {
        return of("file", file);
    }

    /** What begins as a PNG, and has this size. */
    public static byte[] png(int bytes) {
        return Arrays.copyOf(PNG_HEAD, bytes);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
