package io.klinggateway.picturestore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.console.Session;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.running.Receiver;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.support.Sha256;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.ZipInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Images that stay: copied, served, given up and erased. */
class PicturesTests extends PictureGateway {

    @Test
    void theImagesOfACompletedJobAreCopiedAndServedUnderOurUrls() throws Exception {
        String id = completed(client, 2);
        List<String> urls = urls(client, id);
        awaitStored(id);

        assertThat(urls(client, id))
                .hasSize(2)
                .allMatch(url -> url.startsWith("http://localhost:" + port + "/v2/pictures/" + id));
        for (int number = 1; number <= 2; number++) {
            byte[] vendors = get(vendorUrl(id, number)).body();
            HttpResponse<byte[]> ours = get(urls.get(number - 1));
            assertThat(ours.statusCode()).isEqualTo(200);
            assertThat(ours.body()).as("as the vendor made it").isEqualTo(vendors);
            assertThat(HexFormat.of().formatHex(sha256(id, number)))
                    .isEqualTo(HexFormat.of().formatHex(Sha256.of(vendors)));
        }
        assertThat(filesOf(id)).containsExactlyInAnyOrder("1", "1-small", "2", "2-small");
        // What jobs say is what lists and streams say.
        assertThat(client.get("/v2/jobs?search=" + id)
                        .json()
                        .at("/jobs/0/result/images")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactlyElementsOf(urls(client, id));
        assertThat(client.get("/v2/jobs/" + id + "/events").body())
                .contains(urls(client, id).getFirst());
    }

    @Test
    void aPictureIsServedWithAllThatBrowsersAndCachesWant() throws Exception {
        String id = completed(client, 1);
        awaitStored(id);
        String url = urls(client, id).getFirst();

        HttpResponse<byte[]> whole = get(url);
        String etag = header(whole, "ETag");
        assertThat(header(whole, "Content-Type")).isEqualTo("image/png");
        assertThat(header(whole, "X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(header(whole, "Content-Disposition")).isEqualTo("inline; filename=\"" + id + "-1.png\"");
        assertThat(header(whole, "Content-Security-Policy")).contains("sandbox");
        assertThat(header(whole, "Cache-Control")).isEqualTo("private, max-age=3600");
        assertThat(header(whole, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(etag).matches("\"[0-9a-f]{64}\"");
        assertThat(header(get(url + "&download"), "Content-Disposition")).startsWith("attachment; ");

        assertThat(get(url, "If-None-Match", etag).statusCode()).isEqualTo(304);
        HttpResponse<byte[]> part = get(url, "Range", "bytes=5-14", "If-Range", etag);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(header(part, "Content-Range")).isEqualTo("bytes 5-14/" + whole.body().length);
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(whole.body(), 5, 15));
        assertThat(get(url, "Range", "bytes=5-14", "If-Range", "\"other\"").statusCode())
                .isEqualTo(200);
        HttpResponse<byte[]> beyond = get(url, "Range", "bytes=100000000-");
        assertThat(beyond.statusCode()).isEqualTo(416);
        assertThat(header(beyond, "Content-Range")).isEqualTo("bytes */" + whole.body().length);
        HttpResponse<byte[]> head = HTTP.send(
                HttpRequest.newBuilder(URI.create(url))
                        .method("HEAD", BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        assertThat(header(head, "Content-Length")).isEqualTo(Integer.toString(whole.body().length));

        HttpResponse<byte[]> small = get(url + "&size=small");
        BufferedImage thumbnail = ImageIO.read(new ByteArrayInputStream(small.body()));
        assertThat(header(small, "Content-Type")).isEqualTo("image/jpeg");
        assertThat(header(small, "ETag")).isNotEqualTo(etag);
        assertThat(Math.max(thumbnail.getWidth(), thumbnail.getHeight())).isBetween(1, 384);
    }

    @Test
    void whatTheVendorHasPurgedIsStillThereAndExpiredOnlyIfNeitherCopyIsLeft() throws Exception {
        String kept = ordered(client, 1);
        String lost = ordered(client, 1);
        awaitStored(kept);
        awaitStored(lost);
        jdbc.sql("delete from picture where generation_id = cast(:id as uuid)")
                .param("id", lost)
                .update();
        jdbc.sql("update generation set expired = true where id in (cast(:a as uuid), cast(:b as uuid))")
                .param("a", kept)
                .param("b", lost)
                .update();
        Session session = Session.signedIn("http://localhost:" + port, RunningGateway.KEY);
        String reference = "/console/team/try?image=0&reference=" + kept;
        assertThat(session.get(reference).body()).contains("value=\"" + vendorUrl(kept, 1) + "\"");
        pictures.purged(generation(kept));
        assertThat(session.get(reference).body())
                .contains("value=\"http://localhost:" + port + "/v2/pictures/" + kept + "/1.png?expires=");

        Answer job = client.get("/v2/jobs/" + kept);
        assertThat(job.json().path("expired").booleanValue()).isFalse();
        assertThat(get(job.json().at("/result/images/0").asString()).statusCode())
                .isEqualTo(200);
        assertThat(client.get("/v2/jobs/" + lost).json().path("expired").booleanValue())
                .isTrue();
    }

    @Test
    void noPictureOfAnotherTeamIsEverServed() throws Exception {
        Client other = new Client(port, RunningGateway.OTHER_KEY);
        List<String> mine = List.of(ordered(client, 2), ordered(client, 1));
        List<String> theirs = List.of(ordered(other, 2), ordered(other, 1));
        Stream.concat(mine.stream(), theirs.stream()).forEach(this::awaitStored);
        List<String> all = Stream.concat(
                        mine.stream().flatMap(id -> urls(client, id).stream()),
                        theirs.stream().flatMap(id -> urls(other, id).stream()))
                .toList();

        for (String url : all) {
            for (String another : all) {
                String swapped = url.substring(0, url.indexOf('?')) + another.substring(another.indexOf('?'));
                assertThat(get(swapped).statusCode()).as(swapped).isEqualTo(url.equals(another) ? 200 : 404);
            }
            assertThat(get(url.substring(0, url.indexOf('?'))).statusCode()).isEqualTo(404);
            assertThat(get(url.substring(0, url.indexOf('?')), "X-API-Key", RunningGateway.KEY)
                            .statusCode())
                    .as("a key is not a signature")
                    .isEqualTo(404);
        }
        Session me = Session.signedIn("http://localhost:" + port, RunningGateway.KEY);
        Session them = Session.signedIn("http://localhost:" + port, RunningGateway.OTHER_KEY);
        for (String id : mine) {
            assertThat(zipStatus(me, id)).isEqualTo(200);
            assertThat(zipStatus(them, id)).isEqualTo(404);
            assertThat(other.get("/v2/jobs/" + id).status()).isEqualTo(404);
        }
        for (String id : theirs) {
            assertThat(zipStatus(me, id)).isEqualTo(404);
            assertThat(zipStatus(them, id)).isEqualTo(200);
        }
    }

    private static int zipStatus(Session session, String id) {
        return session.get("/console/team/jobs/" + id + "/images.zip").statusCode();
    }

    @Test
    void theConsoleShowsSmallOnesAndGivesOneOrAll() throws Exception {
        String id = completed(client, 2);
        awaitStored(id);
        Session session = Session.signedIn("http://localhost:" + port, RunningGateway.KEY);

        assertThat(session.get("/console/team/jobs/" + id).body())
                .contains("src=\"/v2/pictures/" + id + "/1.png", "&amp;size=small\"", "&amp;download\"", "images.zip")
                .doesNotContain(VENDOR.baseUrl());
        assertThat(session.get("/console/team/jobs").body()).contains("src=\"/v2/pictures/" + id + "/1.png");

        ByteArrayOutputStream zip = new ByteArrayOutputStream();
        archive.zip(tenant("alpha"), generation(id)).orElseThrow().writeTo(zip);
        List<String> entries = new ArrayList<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip.toByteArray()))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.add(entry.getName());
                assertThat(in.readAllBytes())
                        .isEqualTo(get(vendorUrl(id, entries.size())).body());
            }
        }
        assertThat(entries).containsExactly(id + "-1.png", id + "-2.png");
    }

    @Test
    void anOperatorErasesAGenerationAndItsCreditsStay() throws Exception {
        String id = completed(client, 2);
        awaitStored(id);
        List<String> urls = urls(client, id);
        long captured = client.get("/v2/credits").number("captured");
        String erase = "/admin/v1/generations/" + id + "/erasure";

        assertThat(operator(erase, "{}").status()).isEqualTo(400);
        operator(erase, "{\"reason\": \"asked for by the team\"}").expect(200);

        for (String url : urls) {
            assertThat(get(url).statusCode()).isEqualTo(404);
        }
        JsonNode job = client.get("/v2/jobs/" + id).json();
        assertThat(job.path("input").isNull()).isTrue();
        assertThat(job.at("/result/images")).isEmpty();
        assertThat(job.path("expired").booleanValue()).isTrue();
        assertThat(job.path("creditCost").longValue()).isEqualTo(4);
        assertThat(client.get("/v2/credits").number("captured")).isEqualTo(captured);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(filesOf(id)).isEmpty());
        assertThat(jdbc.sql("select count(*) from audit_entry where action = 'generation.erase' and subject = :id")
                        .param("id", id)
                        .query(Long.class)
                        .single())
                .isOne();
        operator(erase, "{\"reason\": \"once more\"}").expect(200);
        operator("/admin/v1/generations/" + UUID.randomUUID() + "/erasure", "{\"reason\": \"none\"}")
                .expect(404);
    }

    @Test
    void theWebhookIsSentAtOnceAndItsUrlsAreGoodBeforeTheCopyIsMade() throws Exception {
        try (Receiver receiver = new Receiver()) {
            String id = client.order("\"prompt\":\"a fox\",\"webhookUrl\":\"" + receiver.url() + "\"");
            JsonNode event = receiver.next().json();
            assertThat(event.path("event").asString()).isEqualTo("completed");
            String url = event.at("/result/images/0").asString();
            awaitStored(id);
            forgetCopy(id);

            HttpResponse<byte[]> passed = get(url);

            assertThat(passed.body()).isEqualTo(get(vendorUrl(id, 1)).body());
            assertThat(header(passed, "Content-Type")).isEqualTo("image/png");
            assertThat(header(passed, "Cache-Control")).isEqualTo("no-store");
        }
    }

    @Test
    void aCopyThatWasCutOffIsMadeAgainAndNothingIsDoubled() throws Exception {
        String id = completed(client, 1);
        awaitStored(id);
        List<String> before = filesOf(id);
        PictureAttempt frozen = new PictureAttempt(new PictureId(generation(id), 1), vendorUrl(id, 1), attempts(id), 0);
        // As a crash between the store and the row leaves it: the bytes are there, and the lease runs out.
        forgetCopy(id);
        jdbc.sql("update picture set leased = true, attempts = 2 where generation_id = cast(:id as uuid)")
                .param("id", id)
                .update();
        assertThat(repository.failed(frozen, "late"))
                .as("a replica that was taken for dead wakes up, while another is at it")
                .isEmpty();
        dueNow(id);

        awaitStored(id);

        assertThat(filesOf(id)).isEqualTo(before);
        assertThat(attempts(id)).isEqualTo(3);
        assertThat(urls(client, id))
                .hasSize(1)
                .allSatisfy(url -> assertThat(get(url).statusCode()).isEqualTo(200));
    }

    @Test
    void aStoreThatIsAwayDelaysTheCopyAndNothingElse() throws Exception {
        Path parts = directory.resolve(".parts");
        Path aside = directory.resolve(".aside");
        Files.move(parts, aside);
        String id;
        try {
            id = completed(client, 1);
            await().atMost(Duration.ofSeconds(20)).until(() -> failure(id), failure -> failure.startsWith("store: "));
            assertThat(state(id)).isEqualTo("PENDING");
            assertThat(get(urls(client, id).getFirst()).statusCode())
                    .as("passed through")
                    .isEqualTo(200);
        } finally {
            Files.move(aside, parts);
        }
        dueNow(id);

        awaitStored(id);
    }

    @Test
    void whatCannotBeCopiedIsTriedUntilTheVendorsEndAndThenGivenUpAndSaid() {
        String id = completed(client, 1);
        awaitStored(id);
        forgetCopy(id);
        jdbc.sql("""
                update picture set vendor_url = 'https://elsewhere.example.com/1.png', due_at = gateway_now()
                 where generation_id = cast(:id as uuid)
                """).param("id", id).update();
        await().atMost(Duration.ofSeconds(20)).until(() -> failure(id), "vendor: host or scheme not allowed"::equals);
        assertThat(state(id)).isEqualTo("PENDING");

        jdbc.sql("update picture set vendor_until = gateway_now() where generation_id = cast(:id as uuid)")
                .param("id", id)
                .update();
        dueNow(id);
        await().atMost(Duration.ofSeconds(20)).until(() -> state(id), "GAVE_UP"::equals);

        meters.pass();
        assertThat(new Client(managementPort, null).get("/actuator/prometheus").body())
                .containsPattern("kling_gateway_pictures_lost(\\{[^}]*})? [1-9]");
        assertThat(Session.signedIn("http://localhost:" + port, RunningGateway.KEY)
                        .get("/console/team/jobs/" + id)
                        .body())
                .contains("could not be copied before the vendor deleted it");
        assertThat(urls(client, id)).as("as the vendor gave it").containsExactly(vendorUrl(id, 1));
    }

    @Test
    void picturesGoWithTheRequestAndOrphansAreSweptAndNothingElse() throws Exception {
        String kept = ordered(client, 1);
        String gone = ordered(client, 1);
        awaitStored(kept);
        awaitStored(gone);
        String orphan = UUID.randomUUID().toString();
        for (String name : List.of(orphan + "/1", orphan + "/1-small", orphan + "/notes.txt", gone + "/2")) {
            write(name, Duration.ofDays(8));
        }
        write(UUID.randomUUID() + "/1", Duration.ofDays(6));
        Files.setLastModifiedTime(directory.resolve(names.of(new PictureId(generation(kept), 1))), daysAgo(400));
        long files = files();
        jdbc.sql("update picture_store set sweep_due_at = gateway_now()").update();

        while (orphans.pass()) {
            assertThat(files()).isPositive();
        }

        assertThat(files())
                .as("three of the old ones are pictures that nobody knows")
                .isEqualTo(files - 3);
        assertThat(filesOf(orphan)).containsExactly("notes.txt");
        assertThat(get(urls(client, kept).getFirst()).statusCode()).isEqualTo(200);

        transactions.executeWithoutResult(_ -> pictures.erase(List.of(generation(gone))));
        String url = "http://localhost:" + port + "/v2/pictures/" + gone;
        assertThat(urls(client, gone)).noneMatch(shown -> shown.startsWith(url));
        while (erasure.pass()) {
            assertThat(files()).isPositive();
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(filesOf(gone)).isEmpty());
        assertThat(filesOf(kept)).hasSize(2);
    }
}
