package io.klinggateway.upload;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import io.klinggateway.running.Answer;
import io.klinggateway.running.FileForm;
import io.klinggateway.simulator.Operation;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@GatewayTest
class UploadsTests {

    private static final int MEGABYTE = 1 << 20;

    private final Gateway gateway;

    UploadsTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @AfterEach
    void openDoor() {
        gateway.openDoor();
    }

    @Test
    void aPictureIsPassedOnAsItIsAndCostsNothing() throws Exception {
        Client team = gateway.newTenant(10);
        byte[] picture = FileForm.png(3 * MEGABYTE);
        picture[MEGABYTE] = '\r';
        picture[MEGABYTE + 1] = '\n';

        Answer answer = upload(team, picture).expect(201);

        assertThat(answer.header("Content-Type")).startsWith("application/json");
        assertThat(answer.json().propertyNames())
                .containsExactlyInAnyOrder("id", "url", "kind", "contentType", "byteSize", "expiresAt");
        assertThat(answer.text("kind")).isEqualTo("image");
        assertThat(answer.text("contentType")).isEqualTo("image/png");
        assertThat(answer.number("byteSize")).isEqualTo(picture.length);
        assertThat(Instant.parse(answer.text("expiresAt")))
                .isAfter(Instant.now().plusSeconds(600));
        assertThat(HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(answer.text("url")))
                                        .build(),
                                BodyHandlers.ofByteArray())
                        .body())
                .isEqualTo(picture);
        assertThat(team.books().held()).isZero();
        assertThat(team.books().captured()).isZero();
        assertThat(team.rows("upload")).isOne();
        assertThat(day(team)).isEqualTo("1 " + picture.length);
    }

    @ParameterizedTest
    @CsvSource({
        "89504e470d0a1a0a00000000, image/png",
        "ffd8ffe000104a4649460001, image/jpeg",
        "474946383961010001000000, image/gif",
        "474946383761010001000000, image/gif",
        "524946461a00000057454250, image/webp"
    })
    void aPictureIsKnownByItsFirstBytes(String head, String type) {
        Answer answer = upload(gateway.newTenant(1), HexFormat.of().parseHex(head));

        assertThat(answer.expect(201).text("contentType")).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({"524946461a00000057415645", "3c7376673e0000000000000000", "000000186674797069736f6d", "8950", "''"})
    void whatIsNoPictureNeverReachesTheVendor(String head) {
        Client team = gateway.newTenant(1);
        long before = gateway.apiframe().requests(Operation.UPLOAD);

        Answer answer = upload(team, HexFormat.of().parseHex(head));

        assertThat(answer.expect(415).code()).isEqualTo("unsupported_media_type");
        assertThat(answer.text("error")).contains("PNG, JPEG, WebP or GIF");
        assertThat(gateway.apiframe().requests(Operation.UPLOAD)).isEqualTo(before);
        assertThat(team.rows("upload_day")).isZero();
    }

    @Test
    void aPictureOfTwentyFiveMegabytesIsTaken() {
        assertThat(upload(gateway.newTenant(1), FileForm.png(25 * MEGABYTE)).status())
                .isEqualTo(201);
    }

    @Test
    void aLargerOneIsRefusedBeforeAnyOfItGoesToTheVendor() {
        Client team = gateway.newTenant(1);
        long before = gateway.apiframe().requests(Operation.UPLOAD);

        Answer answer = upload(team, FileForm.png(31 * MEGABYTE));

        assertThat(answer.expect(413).code()).isEqualTo("body_too_large");
        assertThat(answer.text("error")).isEqualTo("The file has more than 25 MB: 31.0 MB were sent");
        assertThat(gateway.apiframe().requests(Operation.UPLOAD)).isEqualTo(before);
    }

    @Test
    void aLargerOneWhoseSizeWasNotAnnouncedIsRefusedOnTheWay() {
        Client team = gateway.newTenant(1);

        Answer answer = send(
                team,
                BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(FileForm.of(FileForm.png(25 * MEGABYTE + 1)))));

        assertThat(answer.expect(413).code()).isEqualTo("body_too_large");
        assertThat(team.rows("upload")).isZero();
        assertThat(day(team)).isEqualTo("0 0");
    }

    @Test
    void aBodyWithoutTheFileIsRefused() {
        Client team = gateway.newTenant(1);

        Answer other = send(team, BodyPublishers.ofByteArray(FileForm.of("picture", FileForm.png(100))));
        byte[] whole = FileForm.of(FileForm.png(100));
        Answer cut = send(team, BodyPublishers.ofByteArray(whole, 0, whole.length - 20));
        Answer json =
                team.send("POST", "/v2/uploads", BodyPublishers.ofString("{}"), "Content-Type", "application/json");
        Answer nothing = team.send("POST", "/v2/uploads", BodyPublishers.noBody());

        assertThat(other.expect(400).json().path("details").path("file").path(0).asString())
                .isEqualTo("is required");
        assertThat(cut.expect(400).code()).isEqualTo("validation_failed");
        assertThat(json.expect(415).text("error")).contains("multipart/form-data");
        assertThat(nothing.expect(415).code()).isEqualTo("unsupported_media_type");
        assertThat(team.rows("upload")).isZero();
    }

    @Test
    void aStrangerUploadsNothing() {
        Answer answer = send(gateway.stranger(), BodyPublishers.ofByteArray(FileForm.of(FileForm.png(100))));

        assertThat(answer.expect(401).code()).isEqualTo("api_key_missing");
    }

    @ParameterizedTest
    @CsvSource({
        "400, 400, validation_failed, ''",
        "413, 413, body_too_large, ''",
        "415, 415, unsupported_media_type, ''",
        "401, 503, upstream_account, 30",
        "403, 503, upstream_account, 30",
        "500, 502, upstream_failed, ''",
        "502, 502, upstream_failed, ''"
    })
    void theVendorsRefusalIsPassedOn(int vendors, int ours, String code, String retryAfter) {
        Client team = gateway.newTenant(1);
        vendorAnswers(vendors, "{\"error\": \"vendor says no\"}");

        Answer answer = upload(team, FileForm.png(1000)).expect(ours);

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.header("Retry-After")).isEqualTo(retryAfter);
        assertThat(answer.text("error").contains("vendor says no")).isEqualTo(ours < 500);
        assertThat(day(team)).isEqualTo("0 0");
    }

    @Test
    void anAnswerThatIsNoFileIsTheVendorsFailure() {
        vendorAnswers(201, "{\"id\": \"" + UUID.randomUUID() + "\", \"url\": \"javascript:alert(1)\"}");

        assertThat(upload(gateway.newTenant(1), FileForm.png(1000)).expect(502).code())
                .isEqualTo("upstream_failed");
    }

    private void vendorAnswers(int status, String body) {
        gateway.door()
                .stubFor(post(urlEqualTo("/v2/uploads"))
                        .willReturn(aResponse()
                                .withStatus(status)
                                .withHeader("Content-Type", "application/json")
                                .withBody(body)));
    }

    @Test
    void aTeamUploadsSoManyFilesADayHoweverManyComeAtOnce() {
        Client team = gateway.newTenant(1);
        upload(team, FileForm.png(100)).expect(201);
        setDay(team, 498, 1000);

        List<Answer> answers = Gateway.race(4, () -> upload(team, FileForm.png(100)));

        assertThat(answers).extracting(Answer::status).containsExactlyInAnyOrder(201, 201, 429, 429);
        assertThat(answers).filteredOn(answer -> answer.status() == 429).allSatisfy(refused -> {
            assertThat(refused.code()).isEqualTo("rate_limited");
            assertThat(refused.text("error")).contains("500 files");
            assertThat(Long.parseLong(refused.header("Retry-After"))).isBetween(1L, 86_400L);
        });
        assertThat(upload(gateway.newTenant(1), FileForm.png(100)).status())
                .as("another team")
                .isEqualTo(201);
    }

    @Test
    void aTeamUploadsSoManyBytesADay() {
        Client team = gateway.newTenant(1);
        upload(team, FileForm.png(100)).expect(201);
        setDay(team, 1, 2L * 1024 * MEGABYTE - 5000);

        assertThat(upload(team, FileForm.png(6000)).expect(429).code()).isEqualTo("rate_limited");
        assertThat(upload(team, FileForm.png(2000)).status()).isEqualTo(201);
    }

    private void setDay(Client team, int files, long bytes) {
        gateway.database()
                .sql("update upload_day set files = ?, bytes = ? where tenant_id = ?")
                .params(files, bytes, team.tenant().id().value())
                .update();
    }

    private String day(Client team) {
        return gateway.database()
                .sql("select files || ' ' || bytes from upload_day where tenant_id = ?")
                .param(team.tenant().id().value())
                .query(String.class)
                .single();
    }

    @Test
    void oneTeamsUploadsTakeNoMoreThanItsShareOfTheRoom() {
        Client team = gateway.newTenant(1);
        gateway.door()
                .stubFor(post(urlEqualTo("/v2/uploads"))
                        .willReturn(aResponse().withStatus(502).withFixedDelay(6000)));
        List<CompletableFuture<Answer>> slow = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            slow.add(CompletableFuture.supplyAsync(
                    () -> upload(team, FileForm.png(100)),
                    task -> Thread.ofVirtual().start(task)));
        }
        await().until(() -> running() == 4);

        Answer fifth = upload(team, FileForm.png(100));

        assertThat(fifth.expect(429).code()).isEqualTo("rate_limited");
        assertThat(fifth.header("Retry-After")).isEqualTo("2");
        gateway.openDoor();
        assertThat(upload(gateway.newTenant(1), FileForm.png(100)).status())
                .as("another team")
                .isEqualTo(201);
        assertThat(slow)
                .extracting(CompletableFuture::join)
                .extracting(Answer::status)
                .containsOnly(502);
        assertThat(running()).isZero();
    }

    private int running() {
        String page = gateway.getFrom(gateway.managementPort(), "/actuator/prometheus")
                .body();
        return (int) page.lines()
                .filter(line -> line.startsWith("kling_gateway_uploads_running "))
                .mapToDouble(line -> Double.parseDouble(line.split(" ", 2)[1]))
                .sum();
    }

    @Test
    void aUsedUpRateIsToldToTheCaller() {
        Client team = gateway.newTenant(1);
        gateway.database()
                .sql("update upstream_rate set paused_until = gateway_now() + interval '1 minute'")
                .update();
        try {
            Answer answer = upload(team, FileForm.png(100));

            assertThat(answer.expect(429).code()).isEqualTo("rate_limited");
            assertThat(answer.header("Retry-After")).isEqualTo("5");
            assertThat(day(team)).isEqualTo("0 0");
        } finally {
            gateway.database()
                    .sql("update upstream_rate set paused_until = 'epoch'")
                    .update();
        }
    }

    @Test
    void anothersUploadAndAnExpiredOneAreRefusedBeforeAnythingIsHeld() {
        Client team = gateway.newTenant(10);
        Client other = gateway.newTenant(10);
        String url = upload(team, FileForm.png(100)).expect(201).text("url");

        assertThat(fault(other.generate(withImage(url)))).isEqualTo("must not be another team's upload");
        assertThat(fault(other.generate(withImage(url.replace("http://l", "HTTP://L") + "#part"))))
                .isEqualTo("must not be another team's upload");
        assertThat(fault(other.send(
                        "POST",
                        "/v2/images/quote",
                        BodyPublishers.ofString(withImage(url)),
                        "Content-Type",
                        "application/json")))
                .isEqualTo("must not be another team's upload");
        UUID job = team.accepted(withImage(url), "Idempotency-Key", "with-image");
        expire(team);
        assertThat(fault(team.generate(withImage(url)))).contains("has expired");
        assertThat(fault(team.generate(withImage(url), "Idempotency-Key", "another")))
                .contains("has expired");
        Answer again = team.generate(withImage(url), "Idempotency-Key", "with-image");

        assertThat(again.jobId()).as("a repeated call is answered as the first").isEqualTo(job);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(other.rows("generation")).isZero();
        assertThat(team.rows("generation")).isOne();
        assertThat(team.books().held()).isEqualTo(2);
    }

    @Test
    void aUrlThatNobodyIsKnownToHaveUploadedIsTakenFromAnyone() {
        Client team = gateway.newTenant(10);
        String url = upload(team, FileForm.png(100)).expect(201).text("url");
        gateway.database()
                .sql("delete from upload where tenant_id = ?")
                .param(team.tenant().id().value())
                .update(); // as if the replica had ended right after the vendor's answer

        team.accepted(withImage(url));
        gateway.newTenant(10).accepted(withImage(url));
    }

    private void expire(Client team) {
        gateway.database()
                .sql("update upload set expires_at = gateway_now() where tenant_id = ?")
                .param(team.tenant().id().value())
                .update();
    }

    private static String withImage(String url) {
        return """
                {"prompt": "a fox", "model": "kling-image", "klingImageParams": {"model_name": "kling-v2", "image": "%s"}}
                """.formatted(url);
    }

    private static String fault(Answer answer) {
        return answer.expect(400)
                .json()
                .path("details")
                .path("klingImageParams.image")
                .path(0)
                .asString();
    }

    private static Answer upload(Client team, byte[] file) {
        return send(team, BodyPublishers.ofByteArray(FileForm.of(file)));
    }

    private static Answer send(Client team, BodyPublisher body) {
        return team.send("POST", "/v2/uploads", body, "Content-Type", FileForm.CONTENT_TYPE);
    }
}
