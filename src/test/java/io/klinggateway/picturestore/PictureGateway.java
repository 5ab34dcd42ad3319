package io.klinggateway.picturestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.simulator.SimulatedApiframe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.databind.JsonNode;

/** A gateway with a directory store that shows its own URLs, and a vendor whose images take no time. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT,
        properties = {
            "gateway.pictures.store=directory",
            "gateway.pictures.directory=target/pictures/${random.uuid}",
            "gateway.pictures.hosts=localhost",
            "gateway.pictures.serve=gateway",
            "gateway.pictures.signing-secret=" + TestPictures.SECRET,
            "gateway.admin.tokens.alice=" + PictureGateway.TOKEN,
            "management.server.port=0"
        })
@AutoConfigureMetrics
@ContextConfiguration(initializers = PictureGateway.AtAVendorOfItsOwn.class)
@Timeout(120)
abstract class PictureGateway {

    static final String TOKEN = "token-of-alice-for-pictures";

    static final SimulatedApiframe VENDOR = SimulatedApiframe.builder()
            .port(0)
            .queuedFor(Duration.ZERO)
            .processingFor(Duration.ZERO)
            .build()
            .start();

    static final class AtAVendorOfItsOwn implements ApplicationContextInitializer<ConfigurableApplicationContext> {

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            Map<String, Object> properties = RunningGateway.properties(TestDatabase.migrated(), Ports.free());
            properties.put("apiframe.base-url", VENDOR.baseUrl());
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("pictures", properties));
        }
    }

    static final HttpClient HTTP = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @LocalManagementPort
    int managementPort;

    @Autowired
    PictureSettings settings;

    @Autowired
    Pictures pictures;

    @Autowired
    PictureArchive archive;

    @Autowired
    PictureRepository repository;

    @Autowired
    PictureErasure erasure;

    @Autowired
    OrphanObjects orphans;

    @Autowired
    PictureMeters meters;

    @Autowired
    ObjectNames names;

    @Autowired
    TransactionOperations transactions;

    @Autowired
    JdbcClient jdbc;

    Client client;
    Path directory;

    @BeforeEach
    void connect() {
        client = new Client(port, RunningGateway.KEY);
        directory = Objects.requireNonNull(settings.directory());
    }

    Answer operator(String path, String body) {
        return Client.send(new Client(port, null)
                .request(path)
                .header("Authorization", "Bearer " + TOKEN)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    static String ordered(Client client, int images) {
        return client.order(
                "\"prompt\":\"a fox " + UUID.randomUUID() + "\",\"klingImageParams\":{\"n\":" + images + "}");
    }

    static String completed(Client client, int images) {
        String id = ordered(client, images);
        client.await(id, "COMPLETED");
        return id;
    }

    static List<String> urls(Client client, String id) {
        return client.get("/v2/jobs/" + id)
                .json()
                .at("/result/images")
                .valueStream()
                .map(JsonNode::asString)
                .toList();
    }

    void awaitStored(String id) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(jdbc.sql("select state from picture where generation_id = cast(:id as uuid)")
                                        .param("id", id)
                                        .query(String.class)
                                        .list())
                                .isNotEmpty()
                                .containsOnly("STORED"));
    }

    /** The bytes stay where they are; no copy is due. */
    void forgetCopy(String id) {
        jdbc.sql("""
                update picture
                   set state = 'PENDING', content_type = null, byte_size = null, sha256 = null, stored_at = null,
                       due_at = 'infinity'
                 where generation_id = cast(:id as uuid)
                """).param("id", id).update();
    }

    void dueNow(String id) {
        jdbc.sql("update picture set due_at = gateway_now() where generation_id = cast(:id as uuid)")
                .param("id", id)
                .update();
    }

    String state(String id) {
        return column(id, "state");
    }

    String failure(String id) {
        return column(id, "coalesce(last_failure, '')");
    }

    int attempts(String id) {
        return Integer.parseInt(column(id, "attempts"));
    }

    String column(String id, String column) {
        return jdbc.sql("select (" + column + ")::text from picture where generation_id = cast(:id as uuid)")
                .param("id", id)
                .query(String.class)
                .single();
    }

    byte[] sha256(String id, int number) {
        return jdbc.sql("select sha256 from picture where generation_id = cast(:id as uuid) and image_number = :number")
                .param("id", id)
                .param("number", number)
                .query((row, _) -> row.getBytes(1))
                .single();
    }

    String vendorUrl(String id, int number) {
        return jdbc.sql("select result_images[:number] from generation where id = cast(:id as uuid)")
                .param("id", id)
                .param("number", number)
                .query(String.class)
                .single();
    }

    TenantId tenant(String name) {
        return new TenantId(jdbc.sql("select id from tenant where name = :name")
                .param("name", name)
                .query(UUID.class)
                .single());
    }

    static GenerationId generation(String id) {
        return new GenerationId(UUID.fromString(id));
    }

    void write(String name, Duration age) throws IOException {
        Path file = directory.resolve(names.folder() + "/" + name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        Files.writeString(file, "bytes");
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    static FileTime daysAgo(int days) {
        return FileTime.from(Instant.now().minus(Duration.ofDays(days)));
    }

    long files() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).count();
        }
    }

    List<String> filesOf(String id) throws IOException {
        Path folder = directory.resolve(names.folder()).resolve(id);
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    static HttpResponse<byte[]> get(String url, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
        return HTTP.send(
                (headers.length == 0 ? request : request.headers(headers)).build(),
                HttpResponse.BodyHandlers.ofByteArray());
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
