package io.klinggateway.picturestore;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps bytes by name. What the bytes are stands in the database. Every call may be repeated. Thread-safe.
 */
sealed interface PictureStore permits DirectoryStore, BucketStore {

    /** What is to be kept; its bytes can be read from the beginning again and again. */
    interface Content {

        String contentType();

        long length();

        InputStream open();
    }

    /** Replaces what is there under that name; nobody sees a part of it. */
    void put(String name, Content content) throws IOException;

    /**
     * @param offset of the first byte, and length of all
     * @throws FileNotFoundException if there is nothing under that name
     */
    InputStream open(String name, long offset, long length) throws IOException;

    /** Does nothing if there is nothing under that name. */
    void delete(String name) throws IOException;

    /** @param modified when it was put, by the store's clock */
    record Kept(String name, Instant modified) {}

    /**
     * In the order of their names; fewer than asked for only where there are no more.
     *
     * @param folder what their names begin with, up to a slash
     * @param after the last name of the page before; null for the first
     */
    List<Kept> list(String folder, @Nullable String after, int most) throws IOException;
}
