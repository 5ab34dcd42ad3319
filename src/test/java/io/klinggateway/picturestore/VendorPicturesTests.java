package io.klinggateway.picturestore;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.klinggateway.support.ImageType;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is fetched from the vendor, over real HTTP. */
class VendorPicturesTests {

    private static final byte[] PNG = withHead("\u0089PNG\r\n\u001a\n", 5000);

    @RegisterExtension
    static final WireMockExtension VENDOR =
            WireMockExtension.newInstance().options(options().dynamicPort()).build();

    private final VendorPictures pictures =
            new VendorPictures(TestPictures.settings("hosts", "localhost", "max-size", "10KB", "timeout", "2s"));

    @AfterEach
    void close() throws IOException {
        pictures.destroy();
    }

    private static byte[] withHead(String head, int length) {
        byte[] bytes = head.getBytes(StandardCharsets.ISO_8859_1);
        byte[] all = Arrays.copyOf(bytes, length);
        Arrays.fill(all, bytes.length, length, (byte) 7);
        return all;
    }

    private static String at(String path) {
        return "http://localhost:" + VENDOR.getPort() + path;
    }

    private static void stub(String path, ResponseDefinitionBuilder answer) {
        VENDOR.stubFor(get(urlEqualTo(path)).willReturn(answer));
    }

    private static ResponseDefinitionBuilder png() {
        return ok().withBody(PNG);
    }

    private byte[] fetch(String url) throws IOException {
        AtomicReference<byte @Nullable []> got = new AtomicReference<>();
        pictures.fetch(url, (_, bytes) -> got.set(bytes.readAllBytes()));
        byte[] bytes = got.get();
        assertThat(bytes).isNotNull();
        return bytes == null ? new byte[0] : bytes;
    }

    @Test
    void anImageComesWholeAndNothingOfOursGoesWithTheCall() throws IOException {
        stub("/1.png", png());

        assertThat(fetch(at("/1.png"))).isEqualTo(PNG);

        VENDOR.verify(getRequestedFor(urlEqualTo("/1.png"))
                .withoutHeader("X-API-Key")
                .withoutHeader("Cookie")
                .withoutHeader("Authorization"));
    }

    @ParameterizedTest
    @CsvSource({"PNG,89504e470d0a1a0a", "JPEG,ffd8ffe0", "GIF,474946383961", "WEBP,524946460a30303057454250"})
    void theTypeIsWhatTheBytesSay(ImageType type, String head) throws IOException {
        stub(
                "/a",
                ok().withHeader("Content-Type", "text/html")
                        .withBody(
                                withHead(new String(HexFormat.of().parseHex(head), StandardCharsets.ISO_8859_1), 100)));
        AtomicReference<@Nullable ImageType> seen = new AtomicReference<>();

        pictures.fetch(at("/a"), (sniffed, _) -> seen.set(sniffed));

        assertThat(seen.get()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html><script>", "GIF88a______", "RIFF_WEBP", "<svg xmlns=", "%PDF-1.7____", "x", ""})
    void whatIsNoImageIsRefusedWhateverItIsSaidToBe(String body) {
        stub("/a.png", ok().withHeader("Content-Type", "image/png").withBody(body));

        assertThatIOException().isThrownBy(() -> fetch(at("/a.png"))).withMessage("not an image");
    }

    @Test
    void oneThatIsTooLargeIsNotReadToItsEnd() {
        byte[] large = withHead("\u0089PNG\r\n\u001a\n", 10_241);
        stub("/said", ok().withBody(large));
        stub("/unsaid", ok().withChunkedDribbleDelay(4, 40).withBody(large));

        assertThatIOException().isThrownBy(() -> fetch(at("/said"))).withMessage("too large");
        assertThatIOException().isThrownBy(() -> fetch(at("/unsaid"))).withMessage("too large");
    }

    @Test
    void itEndsInTimeHoweverSlowlyTheBytesCome() {
        stub("/slow", ok().withChunkedDribbleDelay(50, 20_000).withBody(PNG));
        stub("/silent", png().withFixedDelay(20_000));
        stub("/round", temporaryRedirect("/round").withFixedDelay(900));
        long start = System.nanoTime();

        assertThatIOException().isThrownBy(() -> fetch(at("/slow"))).withMessage("timeout");
        assertThatIOException().isThrownBy(() -> fetch(at("/silent"))).withMessage("timeout");
        assertThatIOException().isThrownBy(() -> fetch(at("/round"))).withMessage("timeout");

        assertThat(System.nanoTime() - start).isLessThan(12_000_000_000L);
    }

    @Test
    void aBrokenAnswerIsAFailure() {
        stub("/reset", aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
        stub("/garbage", aResponse().withFault(Fault.RANDOM_DATA_THEN_CLOSE));
        stub("/short", ok().withHeader("Content-Length", "9000").withBody(PNG));

        for (String path : List.of("/reset", "/garbage", "/short")) {
            assertThatThrownBy(() -> fetch(at(path))).as(path).isInstanceOf(PictureNotFetched.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 304, 403, 404, 410, 429, 500, 503})
    void anyOtherStatusIsAFailure(int status) {
        stub("/a", aResponse().withStatus(status));

        assertThatIOException().isThrownBy(() -> fetch(at("/a"))).withMessage("HTTP " + status);
    }

    @Test
    void aRedirectIsFollowedToAllowedHostsOnly() throws IOException {
        stub("/1.png", png());
        stub("/relative", temporaryRedirect("/1.png"));
        stub("/elsewhere", temporaryRedirect("http://127.0.0.1:" + VENDOR.getPort() + "/1.png"));
        stub("/file", temporaryRedirect("file:///etc/passwd"));
        stub("/round", temporaryRedirect("/round"));

        assertThat(fetch(at("/relative"))).isEqualTo(PNG);
        for (String path : List.of("/elsewhere", "/file")) {
            assertThatIOException().isThrownBy(() -> fetch(at(path))).withMessage("host or scheme not allowed");
        }
        assertThatIOException().isThrownBy(() -> fetch(at("/round"))).withMessage("too many redirects");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://cdn2.apiframe.ai/1.png",
                "https://apiframe.ai/1.png",
                "https://evil-apiframe.ai/1.png",
                "https://cdn2.apiframe.ai.example.com/1.png",
                "https://cdn2.apiframe.ai@example.com/1.png",
                "https://user:secret@cdn2.apiframe.ai/1.png",
                "https://169.254.169.254/latest/meta-data",
                "https://[::1]/1.png",
                "ftp://cdn2.apiframe.ai/1.png",
                "//cdn2.apiframe.ai/1.png",
                "/1.png",
                "not a URL",
                ""
            })
    void onlyTheVendorsHostsAreCalledAndOnlyOverTls(String url) {
        PictureHosts hosts = new PictureHosts(List.of("*.apiframe.ai"));

        assertThatThrownBy(() -> hosts.check(url)).isInstanceOf(PictureNotFetched.class);
    }

    @Test
    void namesBelowAWildcardLeadToPublicAddressesOnly() throws IOException {
        PictureHosts hosts = new PictureHosts(List.of("*.apiframe.ai", "*.localhost", "intern.localhost"));

        assertThat(hosts.check("https://CDN2.apiframe.ai/1.png").getHost()).isEqualTo("CDN2.apiframe.ai");
        assertThatThrownBy(() -> hosts.resolve("localhost")).isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> hosts.resolve("169.254.169.254")).isInstanceOf(UnknownHostException.class);
        assertThat(new PictureHosts(List.of("localhost")).resolve("localhost")).isNotEmpty();
        assertThatThrownBy(() -> new PictureHosts(List.of("*.apiframe.ai", "https://cdn.example")))
                .hasMessageContaining("gateway.pictures.hosts")
                .hasMessageContaining("https://cdn.example");
    }
}
