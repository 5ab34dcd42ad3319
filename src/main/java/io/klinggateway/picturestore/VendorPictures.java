package io.klinggateway.picturestore;

import io.klinggateway.support.CheckedHttp;
import io.klinggateway.support.ImageType;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.Timeout;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/**
 * Fetches images from the vendor: only from hosts that are allowed, redirects included, only what is an image, up to a size
 * and within a time. Neither our key nor a cookie goes with it. Thread-safe.
 */
@Component
@Conditional(StoreConfigured.class)
class VendorPictures implements DisposableBean {

    private static final int MOST_REDIRECTS = 3;
    private static final int MOST_CONNECTIONS = 128;
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

    private final PictureHosts hosts;
    private final long maxBytes;
    private final Duration timeout;
    private final CloseableHttpClient client;

    VendorPictures(PictureSettings settings) {
        this.hosts = new PictureHosts(settings.hosts());
        this.maxBytes = settings.maxSize().toBytes();
        this.timeout = settings.timeout();
        Duration silence = timeout.compareTo(LONGEST_SILENCE) < 0 ? timeout : LONGEST_SILENCE;
        this.client = CheckedHttp.client(
                PoolingHttpClientConnectionManagerBuilder.create().setDnsResolver(hosts),
                Timeout.of(silence),
                MOST_CONNECTIONS);
    }

    /** Takes an image as it comes. */
    @FunctionalInterface
    interface Sink {

        /** @param bytes fails when there are too many, or they come too slowly */
        void take(ImageType type, InputStream bytes) throws IOException;
    }

    /** @throws IOException of the fetching, as {@link PictureNotFetched}, or of the sink */
    void fetch(String url, Sink sink) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        URI address = hosts.check(url);
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpGet get = new HttpGet(address);
            if (System.nanoTime() - deadline > 0) {
                throw new PictureNotFetched("timeout");
            }
            ClassicHttpResponse response = open(get);
            try {
                int status = response.getCode();
                if (status == HttpStatus.SC_OK) {
                    take(response.getEntity(), sink, deadline);
                    return;
                }
                address = target(address, status, response.getFirstHeader(HttpHeaders.LOCATION));
            } finally {
                // Breaks the connection off first: closing only the response would read what is left of it.
                get.abort();
                Closer.closeQuietly(response);
            }
        }
        throw new PictureNotFetched("too many redirects");
    }

    private ClassicHttpResponse open(HttpGet get) throws IOException {
        try {
            return client.executeOpen(HttpHost.create(get.getUri()), get, null);
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("its URL was parsed", impossible);
        } catch (IOException failure) {
            throw failed(failure);
        }
    }

    private URI target(URI from, int status, Header location) throws PictureNotFetched {
        if (status < 301 || status > 308 || location == null) {
            throw new PictureNotFetched("HTTP " + status);
        }
        try {
            return hosts.check(from.resolve(location.getValue()).toString());
        } catch (IllegalArgumentException malformed) {
            throw new PictureNotFetched("malformed redirect");
        }
    }

    private void take(HttpEntity entity, Sink sink, long deadline) throws IOException {
        if (entity == null) {
            throw new PictureNotFetched("no body");
        }
        if (entity.getContentLength() > maxBytes) {
            throw new PictureNotFetched("too large");
        }
        InputStream bytes = new Bounded(entity.getContent(), maxBytes, deadline);
        byte[] head = bytes.readNBytes(ImageType.HEAD_BYTES);
        ImageType type = ImageType.of(head).orElseThrow(() -> new PictureNotFetched("not an image"));
        sink.take(type, new SequenceInputStream(new ByteArrayInputStream(head), bytes));
    }

    private static PictureNotFetched failed(IOException failure) {
        return switch (failure) {
            case PictureNotFetched known -> known;
            case UnknownHostException _ -> new PictureNotFetched("unknown or forbidden address");
            case SocketTimeoutException _ -> new PictureNotFetched("timeout");
            default -> new PictureNotFetched("connection lost");
        };
    }

    @Override
    public void destroy() throws IOException {
        client.close();
    }

    /** Ends with a failure at the size and at the time that are allowed. Every failure of reading is the vendor's. */
    private static final class Bounded extends FilterInputStream {

        private final long deadline;
        private long left;

        Bounded(InputStream in, long most, long deadline) {
            super(in);
            this.left = most;
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (System.nanoTime() - deadline > 0) {
                throw new PictureNotFetched("timeout");
            }
            int count;
            try {
                count = super.read(into, offset, length);
            } catch (IOException failure) {
                throw failed(failure);
            }
            left -= Math.max(0, count);
            if (left < 0) {
                throw new PictureNotFetched("too large");
            }
            return count;
        }

        /** The connection is broken off instead: there may be much left to read. */
        @Override
        public void close() {}
    }
}
