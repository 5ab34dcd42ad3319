package io.klinggateway.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.Sha256;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@GatewayTest
class AuthenticationTests {

    /** A replica remembers a key for 3 s. */
    private static final Duration FORGOTTEN = Duration.ofSeconds(20);

    private final Gateway gateway;

    AuthenticationTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /v2/me",
        "GET, /v2/credits",
        "POST, /v2/models",
        "POST, /v2/uploads",
        "GET, /v2/jobs",
        "GET, /v2/jobs/4f0c2a55-0000-7000-8000-000000000000",
        "POST, /v2/images/generate",
        "GET, /v2/nowhere",
        "DELETE, /v2/jobs"
    })
    void everyCallNeedsAKey(String method, String path) {
        var without = gateway.stranger().send(method, path, BodyPublishers.ofString("{}"));
        var unknown = gateway.withKey("kg_" + UUID.randomUUID()).send(method, path, BodyPublishers.ofString("{}"));

        assertRefused(without, 401, "api_key_missing", "API key is required");
        assertRefused(unknown, 401, "api_key_invalid", "Invalid API key");
    }

    @Test
    void theCatalogueIsForEveryone() {
        assertThat(gateway.stranger().get("/v2/models").expect(200).json().path("models"))
                .hasSize(1);
        assertThat(gateway.withKey("kg_nobody").get("/v2/models").status()).isEqualTo(200);
        assertThat(gateway.stranger()
                        .send("HEAD", "/v2/models", BodyPublishers.noBody())
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer ", "bearer ", "BEARER "})
    void aBearerTokenIsAKeyToo(String scheme) {
        var client = gateway.newTenant(1);

        var answer = gateway.stranger().get("/v2/me", "Authorization", scheme + client.key());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("team").get("name").stringValue())
                .isEqualTo(client.tenant().name());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic a2c6a2c=", "Bearer", "Bearer ", "bearer"})
    void otherAuthorizationsAreNone(String authorization) {
        assertRefused(
                gateway.stranger().get("/v2/me", "Authorization", authorization),
                401,
                "api_key_missing",
                "API key is required");
    }

    @Test
    void aKeyAloneInAuthorizationIsAKeyToo() {
        var client = gateway.newTenant(1);

        assertThat(gateway.stranger()
                        .get("/v2/me", "Authorization", client.key())
                        .status())
                .isEqualTo(200);
        assertRefused(
                gateway.stranger().get("/v2/me", "Authorization", "kg_0123456789"),
                401,
                "api_key_invalid",
                "Invalid API key");
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aKeyOfTheVendorIsToldApartAndNeverLogged(CapturedOutput output) {
        String secret = "afk_" + UUID.randomUUID().toString().replace("-", "");

        for (var refused : List.of(
                gateway.withKey(secret).get("/v2/me"),
                gateway.stranger().get("/v2/me", "Authorization", "Bearer " + secret),
                gateway.stranger().get("/v2/me", "Authorization", secret))) {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.text("code")).isEqualTo("api_key_invalid");
            assertThat(refused.text("detail")).contains("key of apiframe");
            assertThat(refused.body()).doesNotContain(secret);
        }
        assertThat(output.getAll()).doesNotContain(secret);
    }

    @Test
    void aKeyThatOnlyLooksLikeTheVendorsIsAKey() {
        String key = "afk_" + UUID.randomUUID();
        gateway.database()
                .sql("update api_key set sha256 = decode(?, 'hex') where tenant_id = ?")
                .params(Sha256.hex(key), gateway.newTenant(1).tenant().id().value())
                .update();

        assertThat(gateway.withKey(key).get("/v2/me").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "kg_", "kg_demo", "' or 1=1 --", "kg_\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc\u00fc"})
    void nonsenseIsAnInvalidKey(String key) {
        assertRefused(gateway.withKey(key).get("/v2/me"), 401, "api_key_invalid", "Invalid API key");
    }

    @Test
    void theLongestNonsenseIsAnInvalidKey() {
        assertRefused(gateway.withKey("k".repeat(4000)).get("/v2/me"), 401, "api_key_invalid", "Invalid API key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"revoked_at = now()", "expires_at = now() - interval '1 second'"})
    void aKeyThatAnotherReplicaRevokedGeneratesNothingMoreAndIsForgottenInSeconds(String change) {
        var client = gateway.newTenant(10);
        assertThat(client.get("/v2/me").status()).isEqualTo(200);

        update("api_key", change, client);

        assertRefused(client.generate(Gateway.FOX), 401, "api_key_invalid", "Invalid API key");
        await().atMost(FORGOTTEN).until(() -> client.get("/v2/me").status() == 401);
        assertRefused(client.get("/v2/me"), 401, "api_key_invalid", "Invalid API key");
        assertThat(held(client)).isZero();
    }

    @Test
    void aTenantThatAnotherReplicaSuspendedGeneratesNothingMoreAndComesBackAtOnce() {
        var client = gateway.newTenant(10);
        assertThat(client.get("/v2/me").status()).isEqualTo(200);

        setStatus(client, "SUSPENDED");

        assertRefused(client.generate(Gateway.FOX), 403, "api_key_inactive", "API key is inactive");
        await().atMost(FORGOTTEN).until(() -> client.get("/v2/me").status() == 403);
        assertThat(held(client)).isZero();
        setStatus(client, "ACTIVE");
        assertThat(client.get("/v2/me").status()).isEqualTo(200);
        client.accepted(Gateway.FOX);
    }

    @Test
    void aKnownKeyIsNotReadAgainForEachRequest() {
        var client = gateway.newTenant(10);
        assertThat(client.get("/v2/jobs").status()).isEqualTo(200);

        update("api_key", "name = 'renamed'", client);

        assertThat(client.get("/v2/me").body()).doesNotContain("renamed");
        await().atMost(FORGOTTEN).until(() -> client.get("/v2/me").body().contains("renamed"));
    }

    private void setStatus(Client client, String status) {
        gateway.database()
                .sql("update tenant set status = ? where id = ?")
                .params(status, client.tenant().id().value())
                .update();
    }

    private long held(Client client) {
        return gateway.database()
                .sql("select coalesce(sum(held), 0) from window_period where tenant_id = ?")
                .param(client.tenant().id().value())
                .query(Long.class)
                .single();
    }

    @Test
    void aKeyIsStoredAsItsDigestOnly() {
        var client = gateway.newTenant(1);

        var stored = gateway.database()
                .sql("select k::text || t::text from api_key k join tenant t on t.id = k.tenant_id where t.id = ?")
                .param(client.tenant().id().value())
                .query(String.class)
                .single();

        assertThat(stored).contains(Sha256.hex(client.key())).doesNotContain(client.key());
    }

    @Test
    void noAnswerShowsTheKeyOrItsDigest() {
        var client = gateway.newTenant(10);
        client.accepted(Gateway.FOX);

        for (var path : new String[] {"/v2/me", "/v2/credits", "/v2/jobs", "/v2/models", "/v2/nowhere"}) {
            assertThat(client.get(path).body())
                    .doesNotContain(client.key())
                    .doesNotContainIgnoringCase(Sha256.hex(client.key()));
        }
    }

    @Test
    void aUseThatCannotBeNotedKeepsNobodyFromReading() {
        var client = gateway.newTenant(1);
        gateway.database().sql("""
                create function refuse_to_note() returns trigger language plpgsql as
                $$ begin raise exception 'no room on the disk' using errcode = '53100'; end $$
                """).update();
        gateway.database().sql("""
                create trigger refuse_to_note before update of last_used_at on api_key
                for each row when (new.tenant_id = '%s') execute function refuse_to_note()
                """.formatted(client.tenant().id())).update();
        try {
            assertThat(client.get("/v2/me").status()).isEqualTo(200);
        } finally {
            gateway.database().sql("drop function refuse_to_note cascade").update();
        }
    }

    private void update(String table, String change, Client client) {
        gateway.database()
                .sql("update " + table + " set " + change + " where tenant_id = ?")
                .param(client.tenant().id().value())
                .update();
    }

    private static void assertRefused(Answer answer, int status, String code, String error) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text("code")).isEqualTo(code);
        assertThat(answer.text("error")).isEqualTo(error);
        assertThat(answer.text("requestId")).isEqualTo(answer.header("X-Request-Id"));
    }
}
