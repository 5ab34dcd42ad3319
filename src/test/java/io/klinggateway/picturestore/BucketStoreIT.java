package io.klinggateway.picturestore;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.junit5.WireMockExtension;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.picturestore.PictureSettings.Bucket;
import io.klinggateway.picturestore.PictureStore.Kept;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.support.ImageType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Pictures in a bucket of a real S3 server, and of one that errs in many ways. */
@Tag("slow")
@Timeout(180)
class BucketStoreIT {

    @RegisterExtension
    static final WireMockExtension DOOR =
            WireMockExtension.newInstance().options(options().dynamicPort()).build();

    private static LocalBucket bucket;

    @TempDir
    private Path directory;

    private BucketStore store;

    @BeforeAll
    static void start() {
        assumeThat(LocalBucket.isToBeHad()).as("npm has s3rver").isTrue();
        System.setProperty("aws.accessKeyId", LocalBucket.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", LocalBucket.ACCESS_KEY);
        bucket = new LocalBucket();
    }

    @AfterAll
    static void stop() {
        if (bucket != null) {
            bucket.close();
        }
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @BeforeEach
    void connect() {
        store = new BucketStore(bucketAt("http://127.0.0.1:" + DOOR.getPort()), Duration.ofSeconds(4));
    }

    @AfterEach
    void disconnect() {
        store.close();
    }

    private static Bucket bucketAt(String endpoint) {
        return new Bucket(LocalBucket.NAME, URI.create(endpoint), null, true, "AES256", null);
    }

    private static PictureStore.Content content(byte[] bytes) {
        return new Thumbnail(bytes);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        IntStream.range(0, length).forEach(at -> bytes[at] = (byte) (at * 31));
        return bytes;
    }

    private byte[] read(PictureStore from, String name, long offset, long length) throws IOException {
        try (InputStream bytes = from.open(name, offset, length)) {
            return bytes.readAllBytes();
        }
    }

    @Test
    void bothStoresDoTheSame() throws IOException {
        BucketStore real = new BucketStore(bucketAt(bucket.endpoint()), Duration.ofSeconds(10));
        for (PictureStore each : List.of(real, new DirectoryStore(directory, Clock.systemUTC()))) {
            byte[] large = bytes(300_000);
            each.put("f/a/1", content(large));
            each.put("f/a/1-small", content(bytes(10)));
            each.put("f/b/1", content(bytes(20)));
            each.put("f/b/1", content(bytes(21)));
            each.put("g/a/1", content(bytes(1)));

            assertThat(read(each, "f/a/1", 0, large.length)).isEqualTo(large);
            assertThat(read(each, "f/a/1", 299_990, 10)).isEqualTo(Arrays.copyOfRange(large, 299_990, 300_000));
            assertThat(read(each, "f/b/1", 0, 21)).as("replaced").isEqualTo(bytes(21));
            assertThat(each.list("f", null, 10).stream().map(Kept::name))
                    .containsExactlyInAnyOrder("f/a/1", "f/a/1-small", "f/b/1");
            assertThat(each.list("f", "f/a/1-small", 10).stream().map(Kept::name))
                    .containsExactly("f/b/1");
            assertThat(each.list("f", "f/b/1", 10)).isEmpty();
            assertThat(each.list("f", null, 1)).as("cut off").hasSize(1);
            assertThat(each.list("nothing", null, 10)).isEmpty();
            each.delete("f/a/1");
            each.delete("f/a/1");
            assertThatThrownBy(() -> each.open("f/a/1", 0, 10)).isInstanceOf(FileNotFoundException.class);
            assertThat(each.list("f", null, 10)).hasSize(2);
        }
        real.close();
    }

    /** It gives at most 1,000 names at once, whatever it is asked for. */
    @Test
    void aListIsWholeHoweverManyPagesTheBucketMakesOfIt() throws IOException {
        try (BucketStore real = new BucketStore(bucketAt(bucket.endpoint()), Duration.ofSeconds(10))) {
            for (int number = 0; number < 1_005; number++) {
                real.put("p/" + number, content(bytes(1)));
            }

            List<Kept> most = real.list("p", null, 1_003);

            assertThat(most).hasSize(1_003).doesNotHaveDuplicates();
            assertThat(real.list("p", most.getLast().name(), 1_003)).hasSize(2);
        }
    }

    @Test
    void theStoreIsAskedToEncrypt() throws IOException {
        answer(aResponse().withStatus(200));

        store.put("f/a/1", content(bytes(10)));

        DOOR.verify(putRequestedFor(urlPathEqualTo("/" + LocalBucket.NAME + "/f/a/1"))
                .withHeader("x-amz-server-side-encryption", equalTo("AES256"))
                .withHeader("Content-Type", equalTo("image/jpeg")));
    }

    @ParameterizedTest
    @ValueSource(ints = {403, 404, 500, 503, 507})
    void whatTheStoreRefusesIsAFailureThatTellsNoSecret(int status) {
        answer(aResponse()
                .withStatus(status)
                .withBody("<Error><Code>Kind" + status + "</Code><Message>" + LocalBucket.ACCESS_KEY
                        + "</Message></Error>"));

        assertThatIOException()
                .isThrownBy(() -> store.put("a/b/1", content(bytes(10))))
                .withMessageContaining("HTTP " + status)
                .withMessageNotContaining(LocalBucket.ACCESS_KEY);
        assertThatIOException().isThrownBy(() -> store.delete("a/b/1"));
        assertThatIOException().isThrownBy(() -> store.list("a", null, 5));
    }

    @Test
    void aStoreThatIsSlowOrAwayIsGivenUpInTime() {
        answer(aResponse().withFixedDelay(20_000));
        long start = System.nanoTime();
        assertThatIOException()
                .isThrownBy(() -> store.put("a/b/1", content(bytes(10))))
                .withMessage("timeout");
        assertThat(System.nanoTime() - start).isLessThan(8_000_000_000L);

        try (BucketStore nowhere =
                new BucketStore(bucketAt("http://127.0.0.1:" + Ports.free()), Duration.ofSeconds(4))) {
            assertThatIOException().isThrownBy(() -> nowhere.put("a/b/1", content(bytes(10))));
        }
    }

    private static void answer(ResponseDefinitionBuilder answer) {
        DOOR.stubFor(any(anyUrl()).atPriority(1).willReturn(answer));
    }

    /** Two replicas over one database and one bucket, whose server is killed in the middle. */
    @Test
    @SuppressWarnings("try") // one of them is closed in the middle
    void noImageIsLostOrDoubledWhileTheStoreIsAwayAndReplicasEnd() throws Exception {
        TestDatabase database = TestDatabase.migrated();
        int port = Ports.free();
        try (Replica first = Replica.start(settings(database, port))) {
            Client client = first.client(RunningGateway.KEY);
            List<String> early =
                    IntStream.range(0, 4).mapToObj(_ -> order(client)).toList();
            early.forEach(id -> client.await(id, "COMPLETED"));
            bucket.away();
            List<String> late =
                    IntStream.range(0, 4).mapToObj(_ -> order(client)).toList();
            late.forEach(id -> client.await(id, "COMPLETED"));
            try (Replica second = Replica.start(settings(database, Ports.free()))) {
                assertThat(second.client(RunningGateway.KEY)
                                .get("/v2/jobs?limit=1")
                                .status())
                        .isEqualTo(200);
                first.close();
                bucket.start();
                second.jdbc().sql("update picture set due_at = gateway_now()").update();

                await().atMost(Duration.ofSeconds(90))
                        .untilAsserted(() -> assertThat(second.jdbc()
                                        .sql("select count(*) from picture where state = 'STORED'")
                                        .query(Long.class)
                                        .single())
                                .isEqualTo(16));

                String folder = second.bean(ObjectNames.class).folder();
                assertThat(second.bean(PictureStore.class).list(folder, null, 100))
                        .as("each once, and its smaller one")
                        .hasSize(32)
                        .doesNotHaveDuplicates();
                for (JsonNode job : second.client(RunningGateway.KEY)
                        .get("/v2/jobs?limit=20")
                        .json()
                        .path("jobs")) {
                    for (JsonNode url : job.at("/result/images")) {
                        assertThat(status(second.port(), url.asString())).isEqualTo(200);
                    }
                }
            }
        }
    }

    private static Replica.Settings settings(TestDatabase database, int port) {
        return RunningGateway.settings(database, port)
                .with("gateway.pictures.store", "s3")
                .with("gateway.pictures.s3.bucket", LocalBucket.NAME)
                .with("gateway.pictures.s3.endpoint", bucket.endpoint())
                .with("gateway.pictures.s3.path-style", true)
                .with("gateway.pictures.hosts", "localhost")
                .with("gateway.pictures.serve", "gateway")
                .with("gateway.pictures.timeout", "5s")
                .with("gateway.pictures.signing-secret", TestPictures.SECRET);
    }

    private static String order(Client client) {
        return client.order("\"prompt\":\"a fox\",\"klingImageParams\":{\"n\":2}");
    }

    private static int status(int port, String url) throws IOException, InterruptedException {
        String path = URI.create(url).getRawPath() + "?" + URI.create(url).getRawQuery();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(ImageType.of(answer.body()))
                    .as("the picture, and nothing before it")
                    .contains(ImageType.PNG);
            return answer.statusCode();
        }
    }
}
