package io.klinggateway.picturestore;

import io.klinggateway.support.ImageType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * An image on its way into the store: whole, measured, and not on the heap. Its file has no name, so that nothing is left of
 * it whatever becomes of this process.
 */
final class SpooledPicture implements PictureStore.Content, AutoCloseable {

    private final ImageType type;
    private final FileChannel file;
    private final long length;
    private final byte[] sha256;

    private SpooledPicture(ImageType type, FileChannel file, long length, byte[] sha256) {
        this.type = type;
        this.file = file;
        this.length = length;
        this.sha256 = sha256;
    }

    static SpooledPicture of(ImageType type, InputStream bytes) throws IOException {
        Path name = Path.of(System.getProperty("java.io.tmpdir"), "picture-" + UUID.randomUUID());
        FileChannel file = FileChannel.open(
                name,
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        try {
            DigestOutputStream to = new DigestOutputStream(Channels.newOutputStream(file), sha256());
            long length = bytes.transferTo(to);
            return new SpooledPicture(type, file, length, to.getMessageDigest().digest());
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    ImageType type() {
        return type;
    }

    byte[] sha256Digest() {
        return sha256.clone();
    }

    @Override
    public String contentType() {
        return type.contentType();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public InputStream open() {
        return new SpoolReader();
    }

    /** @return bytes that were there; -1 at the end */
    int read(byte[] into, int offset, int most, long position) throws IOException {
        return most == 0 ? 0 : file.read(ByteBuffer.wrap(into, offset, most), position);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Each reader has a place of its own. */
    private final class SpoolReader extends InputStream {

        private long position;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int most) throws IOException {
            int count = SpooledPicture.this.read(into, offset, most, position);
            position += Math.max(0, count);
            return count;
        }
    }
}
