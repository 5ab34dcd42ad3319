package io.klinggateway.upload;

import io.klinggateway.apiframe.Deadline;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.ImageType;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Locale;
import org.apache.tomcat.util.http.fileupload.FileItemIterator;
import org.apache.tomcat.util.http.fileupload.FileItemStream;
import org.apache.tomcat.util.http.fileupload.FileUpload;
import org.apache.tomcat.util.http.fileupload.servlet.ServletRequestContext;

/**
 * The file of a request, read from its body as it comes. Reading throws a {@link ProblemException} where the file is too large or
 * too slow, and an {@link IOException} where the body ends too soon.
 */
final class UploadedFile extends InputStream {

    private static final String PART = "file";

    /** Parts before it are read over. */
    private static final int MOST_PARTS = 20;

    /** A file may have a long name; Tomcat's own bound is 512. */
    private static final int MOST_HEADER_BYTES = 4096;

    private static final long MEGABYTE = 1024 * 1024;

    /** Other parts, and what stands between parts. */
    private static final int MOST_AROUND_IT_BYTES = 64 * 1024;

    /** apiframe: 25 MB for an image. */
    static final long LARGEST_BYTES = 25 * MEGABYTE;

    private static final long MOST_BYTES = LARGEST_BYTES + MOST_AROUND_IT_BYTES;

    private final InputStream content;
    private final ImageType type;
    private final long announced;
    private long bytesRead;

    private UploadedFile(InputStream content, ImageType type, long announced) {
        this.content = content;
        this.type = type;
        this.announced = announced;
    }

    /** @throws ProblemException if the body is no form with an image in it, or is announced as too large */
    static UploadedFile in(HttpServletRequest request, Deadline deadline) throws IOException {
        long announced = request.getContentLengthLong();
        String contentType = request.getContentType();
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            throw new ProblemException(Problem.of(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                    "An upload must be multipart/form-data, with the image in its part file"));
        }
        if (announced > MOST_BYTES) {
            throw tooLarge(announced);
        }
        FileUpload form = new FileUpload();
        form.setPartHeaderSizeMax(MOST_HEADER_BYTES);
        FileItemIterator parts = form.getItemIterator(bounded(request, deadline, announced));
        for (int part = 0; part < MOST_PARTS && parts.hasNext(); part++) {
            FileItemStream next = parts.next();
            if (next.getFieldName().equals(PART)) {
                return of(next.openStream(), announced);
            }
        }
        throw new ProblemException(Problem.invalid(PART, "is required"));
    }

    private static UploadedFile of(InputStream content, long announced) throws IOException {
        byte[] head = content.readNBytes(ImageType.HEAD_BYTES);
        ImageType type = ImageType.of(head)
                .orElseThrow(() -> new ProblemException(Problem.of(
                        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                        "The file must be a PNG, JPEG, WebP or GIF image, by its first bytes")));
        return new UploadedFile(new SequenceInputStream(new ByteArrayInputStream(head), content), type, announced);
    }

    ImageType type() {
        return type;
    }

    /** So far. */
    long bytesRead() {
        return bytesRead;
    }

    /** As many bytes as it may have: those of the whole body, if they were announced. */
    long mostBytes() {
        return announced > 0 ? Math.min(announced, LARGEST_BYTES) : LARGEST_BYTES;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = content.read(buffer, offset, length);
        bytesRead += Math.max(0, read);
        if (bytesRead > LARGEST_BYTES) {
            throw tooLarge(announced);
        }
        return read;
    }

    /** What stands before the file is bounded as the file is. */
    private static ServletRequestContext bounded(HttpServletRequest request, Deadline deadline, long announced) {
        return new ServletRequestContext(request) {

            @Override
            public InputStream getInputStream() throws IOException {
                return new BoundedBody(super.getInputStream(), deadline, announced);
            }
        };
    }

    /** A whole body, which may not be endless, in bytes or in time. */
    private static final class BoundedBody extends FilterInputStream {

        private final Deadline deadline;
        private final long announced;
        private long bytesRead;

        BoundedBody(InputStream body, Deadline deadline, long announced) {
            super(body);
            this.deadline = deadline;
            this.announced = announced;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count(read < 0 ? 0 : 1);
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count(Math.max(0, read));
            return read;
        }

        private void count(int bytes) {
            bytesRead += bytes;
            if (bytesRead > MOST_BYTES) {
                throw tooLarge(announced);
            }
            if (deadline.hasPassed()) {
                throw new ProblemException(
                        Problem.of(ProblemCode.VALIDATION_FAILED, "The file did not come in time; send it faster"));
            }
        }
    }

    private static ProblemException tooLarge(long announced) {
        return new ProblemException(Problem.of(
                ProblemCode.BODY_TOO_LARGE,
                "The file has more than " + LARGEST_BYTES / MEGABYTE + " MB"
                        + (announced > 0
                                ? String.format(Locale.ROOT, ": %.1f MB were sent", announced / (double) MEGABYTE)
                                : "")));
    }
}
