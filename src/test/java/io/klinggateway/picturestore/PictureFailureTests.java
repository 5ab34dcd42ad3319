package io.klinggateway.picturestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What is answered when store or vendor do not give what they should. */
class PictureFailureTests extends PictureGateway {

    /** More than a server holds back before it sends. */
    private static final int BYTES = 60_000;

    private static byte[] image() {
        return Arrays.copyOf("\u0089PNG\r\n\u001a\n".getBytes(StandardCharsets.ISO_8859_1), BYTES);
    }

    @Test
    void whatTheVendorCutsOffIsAFailureAndNoPicture() throws Exception {
        String id = completed(client, 1);
        awaitStored(id);
        String url = urls(client, id).getFirst();
        forgetCopy(id);
        HttpServer vendor = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vendor.createContext("/whole", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(image());
            exchange.close();
        });
        vendor.createContext("/short", exchange -> {
            exchange.sendResponseHeaders(200, BYTES + 1L);
            exchange.getResponseBody().write(image());
            exchange.getResponseBody().flush();
            exchange.close();
        });
        vendor.start();
        try {
            at(id, vendor, "/short");
            HttpResponse<byte[]> cut = get(url);
            assertThat(cut.statusCode()).isEqualTo(503);
            assertThat(header(cut, "Content-Type")).startsWith("application/json");
            assertThat(header(cut, "Cache-Control")).isEqualTo("no-store");

            at(id, vendor, "/whole");
            HttpResponse<byte[]> whole = get(url);
            assertThat(whole.body()).isEqualTo(image());
            assertThat(header(whole, "Content-Length")).isEqualTo(Integer.toString(BYTES));
        } finally {
            vendor.stop(0);
        }
    }

    private void at(String id, HttpServer vendor, String path) {
        jdbc.sql("update picture set vendor_url = :url where generation_id = cast(:id as uuid)")
                .param("url", "http://localhost:" + vendor.getAddress().getPort() + path)
                .param("id", id)
                .update();
    }

    @Test
    void whatTheStoreDoesNotGiveIsNotKeptByCachesAndWhatItCutsOffHasNoProperEnd() throws Exception {
        String id = completed(client, 1);
        awaitStored(id);
        String url = urls(client, id).getFirst();
        Path file = directory.resolve(names.of(new PictureId(generation(id), 1)));

        Files.write(file, Arrays.copyOf(image(), 100));
        assertForgotten(get(url, "Range", "bytes=50-150"), 500);

        // A problem in JSON would fill it up.
        Files.write(file, image());
        jdbc.sql("update picture set byte_size = :bytes where generation_id = cast(:id as uuid)")
                .param("bytes", BYTES + 50)
                .param("id", id)
                .update();
        assertThatIOException().isThrownBy(() -> get(url));

        Files.delete(file);
        assertForgotten(get(url), 404);
    }

    private static void assertForgotten(HttpResponse<byte[]> answer, int status) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .startsWith("{")
                .endsWith("}");
        assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
        assertThat(answer.headers().map()).doesNotContainKeys("etag", "content-range", "content-disposition");
    }
}
