package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@Tag("slow")
class DeclarationHistoryIT {

    private static final String KEY = "kg_declared_key_of_the_design_team_0000000000";

    private static SimulatedApiframe vendor;

    private final TestDatabase database = TestDatabase.migrated();

    @BeforeAll
    static void startVendor() {
        vendor = SimulatedApiframe.builder().port(0).build().start();
    }

    @AfterAll
    static void stopVendor() {
        vendor.close();
    }

    @Test
    void whatIsDeclaredIsMarkedAndOnlyTheConfigurationChangesIt() {
        run(declared(1, "design", 10), gateway -> {
            Answer shown = gateway.operator("GET", "/tenants/design").expect(200);
            assertThat(shown.json().path("declared").booleanValue()).isTrue();
            assertThat(shown.number("limits", "requestsPerMinute")).isEqualTo(50);
            gateway.tenant(KEY, "GET", "/v2/credits").expect(200);
            String key = gateway.operator("GET", "/tenants/design/keys")
                    .json()
                    .path("items")
                    .path(0)
                    .path("id")
                    .asString();

            for (Answer refused : new Answer[] {
                gateway.operator("PATCH", "/tenants/design", "{\"budget\": {\"limit\": 99}}"),
                gateway.operator("POST", "/tenants/design/keys", "{\"name\": \"more\"}"),
                gateway.operator("PATCH", "/tenants/design/keys/" + key, "{\"budget\": {\"limit\": 9}}"),
                gateway.operator("DELETE", "/tenants/design/keys/" + key),
                gateway.operator("POST", "/tenants/design/keys/" + key + "/rotation", "{\"graceSeconds\": 0}")
            }) {
                assertThat(refused.expect(409).text("error")).contains("declared by the gateway's configuration");
            }
            gateway.operator("POST", "/tenants/design/grants", "{\"credits\": 5, \"reason\": \"x\"}")
                    .expect(200);
            gateway.operator("POST", "/tenants/design/adjustments", "{\"credits\": 3, \"reason\": \"x\"}")
                    .expect(200);
        });

        run(declared(1, "design", 20), gateway -> {
            Answer shown = gateway.operator("GET", "/tenants/design").expect(200);
            assertThat(shown.number("balance", "ceiling")).isEqualTo(25);
            assertThat(shown.number("balance", "captured")).isEqualTo(3);
            assertThat(actions(gateway)).contains("tenant.declare");
        });
    }

    @Test
    void removingADeclarationSuspendsAndKeepsTheHistory() {
        run(declared(1, "design", 10), gateway -> {});
        run(declared(2, "other", 10), gateway -> {
            Answer shown = gateway.operator("GET", "/tenants/design").expect(200);
            assertThat(shown.text("status")).isEqualTo("SUSPENDED");
            assertThat(actions(gateway)).contains("tenant.withdraw");
            // Nobody declares it now: operators may take it over.
            gateway.operator("PATCH", "/tenants/design", "{\"status\": \"ACTIVE\"}")
                    .expect(200);
        });
        run(declared(3, "design", 10), gateway -> {
            assertThat(gateway.operator("GET", "/tenants/other").text("status")).isEqualTo("SUSPENDED");
            assertThat(gateway.operator("GET", "/tenants/design").text("status"))
                    .isEqualTo("ACTIVE");
        });
    }

    @Test
    void anOlderRevisionAndAnEmptyListChangeNothing() {
        run(declared(5, "design", 10), gateway -> {});
        run(declared(4, "other", 10), gateway -> {
            gateway.operator("GET", "/tenants/other").expect(404);
            assertThat(gateway.operator("GET", "/tenants/design").text("status"))
                    .isEqualTo("ACTIVE");
        });
        Map<String, Object> empty = new HashMap<>(Replica.withOperators());
        empty.put("gateway.declaration-revision", 6);
        run(empty, gateway -> {
            assertThat(gateway.operator("GET", "/tenants/design").text("status"))
                    .isEqualTo("ACTIVE");
            gateway.tenant(KEY, "GET", "/v2/credits").expect(200);
        });
    }

    @Test
    void aKeyThatIsNoLongerDeclaredIsRevokedAndReturnsWhenItIsDeclaredAgain() {
        run(
                declared(1, "design", 10),
                gateway -> gateway.tenant(KEY, "GET", "/v2/credits").expect(200));
        Map<String, Object> replaced = declared(2, "design", 10);
        replaced.put("gateway.tenants[0].keys[0].sha256", Sha256.hex(KEY + "-new"));
        run(replaced, gateway -> {
            gateway.tenant(KEY, "GET", "/v2/credits").expect(401);
            gateway.tenant(KEY + "-new", "GET", "/v2/credits").expect(200);
        });
        run(
                declared(3, "design", 10),
                gateway -> gateway.tenant(KEY, "GET", "/v2/credits").expect(200));
    }

    @Test
    void withoutATokenThereIsNoOperatorsApi() {
        run(Map.of(), gateway -> {
            Answer nothing = gateway.operator("GET", "/tenants").expect(404);
            assertThat(nothing.text("code")).isEqualTo("not_found");
            gateway.send("GET", "/admin", "Accept", "*/*").expect(404);
            gateway.send("GET", "/v3/api-docs/operators", "Accept", "*/*").expect(404);
        });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aShortTokenStopsTheStartWithoutShowingIt(CapturedOutput output) {
        assertThatThrownBy(() -> run(Map.of("gateway.admin.token", "hunter2"), gateway -> {}))
                .rootCause()
                .hasMessageContaining("at least 16 characters")
                .hasMessageNotContaining("hunter2");
        assertThat(output.getAll()).doesNotContain("hunter2");
        assertThat(new OperatorSettings(Replica.TOKEN, Map.of(), false).toString())
                .doesNotContain(Replica.TOKEN);
    }

    private void run(Map<String, Object> settings, Consumer<Replica> story) {
        try (Replica gateway = Replica.start(database, vendor.baseUrl(), settings)) {
            story.accept(gateway);
        }
    }

    private static Map<String, Object> declared(int revision, String name, int limit) {
        Map<String, Object> settings = new HashMap<>(Replica.withOperators());
        settings.put("gateway.declaration-revision", revision);
        settings.put("gateway.tenants[0].name", name);
        settings.put("gateway.tenants[0].budget.period", "MONTH");
        settings.put("gateway.tenants[0].budget.limit", limit);
        settings.put("gateway.tenants[0].limits.requests-per-minute", 50);
        settings.put("gateway.tenants[0].keys[0].name", "main");
        settings.put("gateway.tenants[0].keys[0].sha256", Sha256.hex(name.equals("design") ? KEY : KEY + name));
        return settings;
    }

    private static List<String> actions(Replica gateway) {
        return gateway.operator("GET", "/audit?tenant=design&actor=configuration")
                .json()
                .path("items")
                .valueStream()
                .map(entry -> entry.path("action").asString())
                .toList();
    }
}
