package io.klinggateway.picturestore;

import io.klinggateway.support.ImageType;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStreamImpl;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A picture made small, for lists of many: JPEG, on white where it was transparent. Some KB on the heap. */
@SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
record Thumbnail(byte[] bytes) implements PictureStore.Content {

    /** What all of them are. */
    static final ImageType TYPE = ImageType.JPEG;

    private static final int LONGER_SIDE_PIXELS = 384;

    /** Of a larger one the decoder would want too much memory. */
    private static final long MOST_PIXELS = 12_000_000;

    /** Decoders hold whole rows, whatever is left of them. */
    private static final int LONGEST_SIDE_PIXELS = 16_384;

    /** @return empty if it is too large, broken, or of a kind that Java does not read (WebP) */
    static Optional<Thumbnail> of(SpooledPicture picture) {
        try (SpooledStream stream = new SpooledStream(picture)) {
            Iterator<ImageReader> readers =
                    ImageIO.getImageReadersByMIMEType(picture.type().contentType());
            if (!readers.hasNext()) {
                return Optional.empty();
            }
            ImageReader reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                return of(reader);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException | LinkageError broken) {
            // What is said to be an image is anything at all, and decoders fail in many ways; or a JRE has none.
            return Optional.empty();
        }
    }

    private static Optional<Thumbnail> of(ImageReader reader) throws IOException {
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        if (Math.max(width, height) > LONGEST_SIDE_PIXELS || (long) width * height > MOST_PIXELS) {
            return Optional.empty();
        }
        int step = Math.max(1, Math.max(width, height) / (2 * LONGER_SIDE_PIXELS));
        ImageReadParam sampled = reader.getDefaultReadParam();
        sampled.setSourceSubsampling(step, step, 0, 0);
        return Optional.of(new Thumbnail(jpeg(scaled(reader.read(0, sampled)))));
    }

    private static BufferedImage scaled(BufferedImage from) {
        double scale = Math.min(1.0, LONGER_SIDE_PIXELS / (double) Math.max(from.getWidth(), from.getHeight()));
        int width = Math.max(1, (int) Math.round(from.getWidth() * scale));
        int height = Math.max(1, (int) Math.round(from.getHeight() * scale));
        BufferedImage to = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D drawing = to.createGraphics();
        try {
            drawing.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
            drawing.drawImage(from, 0, 0, width, height, Color.WHITE, null);
        } finally {
            drawing.dispose();
        }
        return to;
    }

    private static byte[] jpeg(BufferedImage image) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream to = new MemoryCacheImageOutputStream(bytes)) {
            if (!ImageIO.write(image, "jpg", to)) {
                throw new IOException("no JPEG encoder");
            }
        }
        return bytes.toByteArray();
    }

    @Override
    public String contentType() {
        return TYPE.contentType();
    }

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(bytes);
    }

    /** Lets a decoder read the file itself: the decoders' own streams would copy it, to the heap or into one more file. */
    private static final class SpooledStream extends ImageInputStreamImpl {

        private final SpooledPicture picture;

        SpooledStream(SpooledPicture picture) {
            this.picture = picture;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int most) throws IOException {
            checkClosed();
            bitOffset = 0;
            int count = picture.read(into, offset, most, streamPos);
            streamPos += Math.max(0, count);
            return count;
        }

        @Override
        public long length() {
            return picture.length();
        }
    }
}
