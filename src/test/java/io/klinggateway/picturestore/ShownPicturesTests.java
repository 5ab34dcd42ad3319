package io.klinggateway.picturestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.klinggateway.ledger.GenerationId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Whose URLs a job shows, and what they are good for. */
class ShownPicturesTests {

    private static final GenerationId ID = new GenerationId(UUID.fromString("0198a5c0-7000-7000-8000-000000000001"));
    private static final Instant NOW = Instant.parse("2026-11-28T10:20:30Z");
    private static final Pattern URL = Pattern.compile(
            "https://gateway.example.com/v2/pictures/([^/]+)/([^?]+)\\?expires=(\\d+)&signature=(\\S+)");
    private static final List<String> TWO = List.of("https://v/1", "https://v/2");

    /** 1 and 2 are the vendor's images, G and H the gateway's. */
    static Stream<Arguments> jobs() {
        return Stream.of(
                // serve, first copy, second copy, vendor's retention over, vendor says purged: shown, expired
                arguments("vendor", "NONE", "NONE", false, false, "12", false),
                arguments("vendor", "PENDING", "STORED", false, false, "12", false),
                arguments("vendor", "STORED", "STORED", true, false, "GH", false),
                arguments("vendor", "STORED", "STORED", false, true, "GH", false),
                arguments("vendor", "PENDING", "STORED", true, false, "1H", false),
                arguments("vendor", "GAVE_UP", "STORED", true, true, "H", false),
                arguments("vendor", "GAVE_UP", "GAVE_UP", true, false, "12", false),
                arguments("vendor", "GAVE_UP", "GAVE_UP", true, true, "12", true),
                arguments("vendor", "NONE", "NONE", true, true, "12", true),
                arguments("gateway", "PENDING", "STORED", false, false, "GH", false),
                arguments("gateway", "PENDING", "PENDING", true, false, "12", false),
                arguments("gateway", "STORED", "GAVE_UP", true, true, "G", false),
                arguments("gateway", "NONE", "NONE", false, false, "12", false));
    }

    @ParameterizedTest
    @MethodSource("jobs")
    void theVendorsAsLongAsItHasThemAndThenOurs(
            String serve, String first, String second, boolean over, boolean purged, String urls, boolean expired) {
        List<PictureCopy> copies = Stream.of(copy(1, first, over), copy(2, second, over))
                .flatMap(Optional::stream)
                .toList();

        ShownPictures shown = pictures(serve).shown(ID, TWO, purged, copies);

        assertThat(shown.urls().stream().map(ShownPicturesTests::kind))
                .containsExactlyElementsOf(
                        urls.chars().mapToObj(Character::toString).toList());
        assertThat(shown.expired()).isEqualTo(expired);
    }

    private static Optional<PictureCopy> copy(int number, String state, boolean over) {
        return state.equals("NONE")
                ? Optional.empty()
                : Optional.of(new PictureCopy(number, PictureState.valueOf(state), "https://v/" + number, over, ""));
    }

    private static String kind(String url) {
        return url.startsWith("https://v/")
                ? url.substring(url.length() - 1)
                : url.contains("/" + ID + "/1?") ? "G" : url.contains("/" + ID + "/2?") ? "H" : url;
    }

    @ParameterizedTest
    @CsvSource({"STORED,false,1", "PENDING,false,1", "STORED,true,G", "PENDING,true,1", "GAVE_UP,true,1"})
    void theVendorIsGivenItsOwnUrlWhileThatIsGoodAndThenOurs(String state, boolean over, String url) {
        for (String serve : List.of("vendor", "gateway")) {
            assertThat(kind(pictures(serve).reference(ID, copy(1, state, over).orElseThrow())))
                    .isEqualTo(url);
        }
    }

    @Test
    void whatWasErasedHasNoUrl() {
        assertThat(pictures("gateway").shown(ID, List.of("", ""), true, List.of()))
                .isEqualTo(new ShownPictures(List.of(), true));
    }

    private static Pictures pictures(String serve) {
        PictureSettings settings = TestPictures.settings("serve", serve);
        return new Pictures(
                new PictureRepository(JdbcClient.create(new DriverManagerDataSource())),
                links(NOW, TestPictures.SECRET),
                settings);
    }

    private static PictureLinks links(Instant now, String secret) {
        return new PictureLinks(
                TestPictures.settings("signing-secret", secret, "url-lifetime", "2d"),
                Clock.fixed(now, ZoneOffset.UTC));
    }

    private static Matcher parts(String url) {
        Matcher parts = URL.matcher(url);
        assertThat(parts.matches()).as(url).isTrue();
        return parts;
    }

    private static Optional<PictureId> read(PictureLinks links, Matcher parts) {
        return links.read(parts.group(1), parts.group(2), parts.group(3), parts.group(4));
    }

    @Test
    void aUrlIsGoodForItsLifetimeAndTheSameForAnHour() {
        PictureCopy second = new PictureCopy(2, PictureState.STORED, "https://v/1", false, ".png");
        String url = links(NOW, TestPictures.SECRET).url(ID, second);
        Matcher parts = parts(url);

        assertThat(parts.group(2)).isEqualTo("2.png");
        assertThat(links(NOW.plus(Duration.ofMinutes(39)), TestPictures.SECRET).url(ID, second))
                .isEqualTo(url);
        assertThat(read(links(NOW.plus(Duration.ofDays(2)), TestPictures.SECRET), parts))
                .contains(new PictureId(ID, 2));
        assertThat(read(links(NOW.plus(Duration.ofDays(2)).plus(Duration.ofHours(1)), TestPictures.SECRET), parts))
                .isEmpty();
    }

    @Test
    void nothingOfAUrlCanBeChangedAndOnlyTheSecretMakesOne() {
        PictureLinks links = links(NOW, TestPictures.SECRET);
        Matcher parts = parts(links.url(ID, new PictureCopy(1, PictureState.STORED, "https://v/1", false, ".png")));
        String generation = parts.group(1);
        String expires = parts.group(3);
        String signature = parts.group(4);

        assertThat(links.read(generation, "1.jpg", expires, signature))
                .as("the end of the name says nothing")
                .isPresent();
        assertThat(links.read(UUID.randomUUID().toString(), "1.png", expires, signature))
                .isEmpty();
        assertThat(links.read(generation, "2.png", expires, signature)).isEmpty();
        assertThat(links.read(generation, "11.png", expires, signature)).isEmpty();
        assertThat(links.read(generation, "1.png", "9" + expires, signature)).isEmpty();
        assertThat(links.read(generation, "1.png", expires, signature.substring(1)))
                .isEmpty();
        assertThat(links.read(generation, "1.png", expires, null)).isEmpty();
        assertThat(links.read(generation, "1.png", null, signature)).isEmpty();
        assertThat(links.read(generation, "../1.png", expires, signature)).isEmpty();
        assertThat(read(links(NOW, TestPictures.SECRET + "1"), parts)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "signing-secret,'',signing-secret",
        "signing-secret,too-short,signing-secret",
        "base-url,'',GATEWAY_PUBLIC_URL",
        "base-url,gateway.example.com,base-url",
        "store,s3,s3.bucket",
        "hosts,'',hosts",
        "timeout,0s,timeout",
        "retention,-1d,retention"
    })
    void aStoreThatLacksASettingSaysWhich(String name, String value, String named) {
        assertThatThrownBy(() -> TestPictures.settings(name, value))
                .rootCause()
                .hasMessageContaining("gateway.pictures.")
                .hasMessageContaining(named);
    }

    @Test
    void theSecretIsNotPrinted() {
        assertThat(TestPictures.settings()).asString().doesNotContain(TestPictures.SECRET);
    }

    @ParameterizedTest
    @CsvSource({"bytes=0-9,0,10", "bytes=90-,90,10", "bytes=-5,95,5", "bytes=95-200,95,5", "bytes=0-99,0,100"})
    void oneRangeIsServed(String header, long offset, long length) {
        assertThat(ServedRange.of(header, 100)).contains(new ServedRange(offset, length, true));
    }

    @Test
    void severalRangesAndNonsenseAreAnsweredWithAllAndWhatIsNotThereWithNothing() {
        ServedRange all = new ServedRange(0, 100, false);
        for (String header : List.of("bytes=0-1,5-6", "lines=1-2", "bytes=x", "bytes=5-1")) {
            assertThat(ServedRange.of(header, 100)).as(header).contains(all);
        }
        assertThat(ServedRange.of(null, 100)).contains(all);
        assertThat(ServedRange.of("bytes=100-", 100)).isEmpty();
        assertThat(new ServedRange(90, 10, true).contentRange(100)).isEqualTo("bytes 90-99/100");
    }
}
