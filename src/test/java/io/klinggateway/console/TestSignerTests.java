package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Receiver;
import io.klinggateway.running.Receiver.Received;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.tenant.Tenant;
import io.klinggateway.tenant.Tenants;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which key signs the test of a webhook. */
class TestSignerTests extends SingleSignOnFixture {

    private static final String PAGE = "/console/team/webhooks";

    private final Tenants tenants;
    private final Receiver receiver = new Receiver();
    private Tenant tenant;
    private Person tess;

    TestSignerTests(Environment environment, JdbcClient database, Tenants tenants) {
        super(environment, database);
        this.tenants = tenants;
    }

    @BeforeEach
    void aTeamsMemberSignsIn() {
        String name = "s-" + UUID.randomUUID();
        admin("POST", "/tenants", ConsoleTest.TOKEN, """
                {"name": "%s", "budget": {"period": "MONTH", "limit": 10}}
                """.formatted(name)).expect(201);
        tenant = tenants.find(name).orElseThrow().tenant();
        PROVIDER.know("tess", "Tess Teamlead", "kling-" + name + "-member");
        tess = signedIn("tess");
    }

    @AfterEach
    void close() {
        receiver.close();
    }

    @Test
    void aPersonsTestIsSignedWithTheNewestKeyOfTheTeamOrWithTheChosenOne() throws Exception {
        String older = newKey("older", Instant.parse("2026-01-01T00:00:00Z"));
        String newer = newKey("newer", Instant.parse("2026-02-01T00:00:00Z"));

        assertThat(tess.session.get(PAGE).body())
                .containsSubsequence("<select id=\"key\"", ">newer", ">older")
                .doesNotContain(">console</option>");
        String answer = test(null);
        assertThat(answer).contains("signed with the key <b>newer</b>");
        assertThat(receiver.next().signature())
                .isEqualTo(signature(newer, receiver.all().getLast()));

        UUID chosen = keyId("older");
        assertThat(test(chosen)).contains("signed with the key <b>older</b>", "value=\"" + chosen);
        assertThat(receiver.next().signature())
                .isEqualTo(signature(older, receiver.all().getLast()));
    }

    @Test
    void noOtherKeySigns() throws Exception {
        newKey("ci", Instant.parse("2026-01-01T00:00:00Z"));

        assertThat(test(keyId("console"))).contains("is none that may sign a test");
        assertThat(test(UUID.randomUUID())).contains("is none that may sign a test");
        assertThat(receiver.all()).isEmpty();
    }

    @Test
    void aTeamWithoutKeysIsToldThatNobodyCanVerify() throws Exception {
        assertThat(tess.session.get(PAGE).body()).contains("Nobody has that key");
        assertThat(test(null)).contains("signed with the key <b>console</b>");
        assertThat(receiver.next().event()).isEqualTo("test");
        assertThat(tess.session.get("/console/team/try").body()).contains("your receiver cannot verify it");
    }

    private String newKey(String name, Instant created) {
        String text = "kg_" + UUID.randomUUID() + UUID.randomUUID();
        tenants.registerKey(tenant, name, Sha256.hex(text));
        database.sql("update api_key set created_at = ?::timestamptz where id = ?")
                .params(created.toString(), keyId(name))
                .update();
        return text;
    }

    private UUID keyId(String name) {
        return database.sql("select id from api_key where tenant_id = ? and name = ?")
                .params(tenant.id().value(), name)
                .query(UUID.class)
                .single();
    }

    private String test(@Nullable UUID key) {
        tess.session.get(PAGE);
        Map<String, String> form = new HashMap<>(Map.of("url", receiver.url()));
        if (key != null) {
            form.put("key", key.toString());
        }
        return tess.session.post(PAGE + "/test", form).body();
    }

    private static String signature(String key, Received received) {
        return "sha256=" + Sha256.sign(key, received.body());
    }
}
