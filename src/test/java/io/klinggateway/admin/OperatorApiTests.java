package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.console.Session;
import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Answer;
import io.klinggateway.running.Client;
import io.klinggateway.simulator.Sha256;
import io.klinggateway.simulator.SimulatedApiframe;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two replicas on one database: what an operator does on the one binds the other's next request. */
class OperatorApiTests {

    private static final String MONTHLY = "{\"period\": \"MONTH\", \"limit\": 1000, \"timeZone\": \"UTC\"}";
    private static final String NO_LIMITS = "{}";

    private static SimulatedApiframe vendor;
    private static Replica here;
    private static Replica there;

    @BeforeAll
    static void start() {
        vendor = SimulatedApiframe.builder()
                .port(0)
                .queuedFor(Duration.ZERO)
                .processingFor(Duration.ofMillis(300))
                .build()
                .start();
        var database = TestDatabase.migrated();
        here = Replica.start(database, vendor.baseUrl(), Replica.withOperators());
        there = Replica.start(database, vendor.baseUrl(), Replica.withOperators());
    }

    @AfterAll
    static void stop() {
        there.close();
        here.close();
        vendor.close();
    }

    @AfterEach
    void theBooksAgree() {
        assertThat(here.differences()).isZero();
    }

    @Test
    void aTenantIsCreatedShownListedAndChanged() {
        Answer created = here.operator("POST", "/tenants", """
            {"name": "shown", "budget": {"period": "MONTH", "limit": 1000, "timeZone": "Europe/Berlin"},
             "limits": {"requestsPerMinute": 60, "concurrentGenerations": 10, "waitingGenerations": 500, "weight": 3}}
            """).expect(201);

        assertThat(created.header("Location")).isEqualTo("/admin/v1/tenants/shown");
        Answer shown = there.operator("GET", "/tenants/shown").expect(200);
        assertThat(shown.text("status")).isEqualTo("ACTIVE");
        assertThat(shown.number("balance", "ceiling")).isEqualTo(1000);
        assertThat(shown.number("balance", "available")).isEqualTo(1000);
        assertThat(shown.number("balance", "held")).isZero();
        assertThat(shown.json().path("limits").toString())
                .isEqualTo(
                        "{\"requestsPerMinute\":60,\"concurrentGenerations\":10,\"waitingGenerations\":500,\"weight\":3}");
        assertThat(shown.json().path("balance").path("periodStart").asString()).endsWith("-01");
        assertThat(shown.json().path("balance").path("resetsAt").asString()).endsWith("Z");
        assertThat(here.operator("GET", "/tenants?limit=1000")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("name").asString()))
                .contains("shown");

        Answer changed = here.operator("PATCH", "/tenants/shown", """
            {"budget": {"limit": 5}, "limits": {"requestsPerMinute": null}}
            """).expect(200);

        assertThat(changed.number("budget", "windows", "0", "limit")).isEqualTo(5);
        assertThat(changed.json().path("budget").path("timeZone").asString()).isEqualTo("Europe/Berlin");
        assertThat(changed.json().path("limits").path("requestsPerMinute").isNull())
                .isTrue();
        assertThat(changed.number("limits", "concurrentGenerations")).isEqualTo(10);
        assertThat(changed.number("limits", "waitingGenerations")).isEqualTo(500);
        assertThat(changed.number("limits", "weight")).isEqualTo(3);
        assertThat(changed.number("balance", "available")).isEqualTo(5);
        assertThat(changed.json().has("notice")).isFalse();
    }

    @Test
    void aWeightIsOneUnlessGivenAndOneAgainWhenItIsTakenAway() {
        here.createTenant("weighed", MONTHLY, NO_LIMITS);
        Answer created = there.operator("GET", "/tenants/weighed").expect(200);
        assertThat(created.number("limits", "weight")).isEqualTo(1);
        assertThat(created.json().path("limits").path("waitingGenerations").isNull())
                .isTrue();

        Answer highest = here.operator("PATCH", "/tenants/weighed", """
            {"limits": {"weight": 100, "waitingGenerations": 1000000}}
            """).expect(200);
        assertThat(highest.number("limits", "weight")).isEqualTo(100);
        assertThat(highest.number("limits", "waitingGenerations")).isEqualTo(1_000_000);

        Answer taken = here.operator("PATCH", "/tenants/weighed", """
            {"limits": {"weight": null, "waitingGenerations": null}}
            """).expect(200);
        assertThat(taken.number("limits", "weight")).isEqualTo(1);
        assertThat(taken.json().path("limits").path("waitingGenerations").isNull())
                .isTrue();
        JsonNode change = audited("weighed", "tenant.change");
        assertThat(change.path("before").path("limits").toString()).isEqualTo("{\"weight\":1}");
        JsonNode after = change.path("after").path("limits");
        assertThat(after.propertyNames()).containsExactlyInAnyOrder("waitingGenerations", "weight");
        assertThat(after.path("waitingGenerations").intValue()).isEqualTo(1_000_000);
        assertThat(after.path("weight").intValue()).isEqualTo(100);
    }

    @Test
    void whatATeamMayDoWithItsKeysIsSetChangedAndTakenAway() {
        here.operator("POST", "/tenants", """
                {"name": "served", "budget": {"period": "MONTH", "limit": 10}, "selfService": {"mostKeys": 2}}
                """).expect(201);

        Answer changed = there.operator("PATCH", "/tenants/served", """
                {"selfService": {"longestValidityDays": 90, "highestKeyBudget": 100}}
                """).expect(200);
        assertThat(changed.json().path("selfService").toString())
                .isEqualTo("{\"mostKeys\":2,\"longestValidityDays\":90,\"highestKeyBudget\":100}");
        assertThat(audited("served", "tenant.change")
                        .path("after")
                        .path("selfService")
                        .path("longestValidityDays")
                        .intValue())
                .isEqualTo(90);
        Answer refused = here.operator("PATCH", "/tenants/served", "{\"selfService\": {\"mostKeys\": 0}}")
                .expect(400);
        assertThat(refused.json().path("details").path("selfService.mostKeys").toString())
                .isEqualTo("[\"must be from 1 to 1000 (got 0)\"]");

        Answer taken = here.operator("PATCH", "/tenants/served", "{\"selfService\": null}")
                .expect(200);
        assertThat(taken.json().path("selfService").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "requestsPerMinute, 0, 'must be from 1 to 1000000, not 0'",
        "concurrentGenerations, -1, 'must be from 1 to 1000000, not -1'",
        "waitingGenerations, 0, 'must be from 1 to 1000000, not 0'",
        "waitingGenerations, 1000001, 'must be from 1 to 1000000, not 1000001'",
        "waitingGenerations, 2.5, must be a whole number (got 2.5)",
        "waitingGenerations, '\"many\"', 'must be a whole number (got \"many\")'",
        "weight, 0, 'must be from 1 to 100, not 0'",
        "weight, 101, 'must be from 1 to 100, not 101'",
        "weight, 1.5, must be a whole number (got 1.5)",
        "weight, true, must be a whole number (got true)"
    })
    void aLimitThatDoesNotFitIsNamed(String limit, String value, String message) {
        String limits = "{\"%s\": %s}".formatted(limit, value);
        if (here.operator("GET", "/tenants/limited").status() == 404) {
            here.createTenant("limited", MONTHLY, NO_LIMITS);
        }

        for (Answer refused : List.of(
                here.operator("POST", "/tenants", """
                    {"name": "unlimited", "budget": %s, "limits": %s}
                    """.formatted(MONTHLY, limits)),
                here.operator("PATCH", "/tenants/limited", "{\"limits\": " + limits + "}"))) {
            refused.expect(400);
            assertThat(refused.json()
                            .path("details")
                            .path("limits." + limit)
                            .path(0)
                            .asString())
                    .isEqualTo(message);
        }
    }

    @Test
    void anotherPeriodStartsWithTheFullLimitAndTheAnswerAndTheAuditSaySo() {
        here.createTenant("kinds", MONTHLY, NO_LIMITS);
        String key = here.createKey("kinds");
        here.awaitStatus(key, here.generate(key, 4).expect(202).text("jobId"), "COMPLETED");

        Answer changed = here.operator("PATCH", "/tenants/kinds", "{\"budget\": {\"period\": \"TOTAL\"}}")
                .expect(200);

        assertThat(changed.number("balance", "available")).isEqualTo(1000);
        assertThat(changed.text("notice")).contains("TOTAL").contains("full limit of 1000 credits");
        assertThat(audited("kinds", "tenant.change")
                        .path("after")
                        .path("notice")
                        .asString())
                .isEqualTo(changed.text("notice"));
        Answer back = here.operator("PATCH", "/tenants/kinds", "{\"budget\": {\"period\": \"MONTH\"}}")
                .expect(200);
        assertThat(back.number("balance", "captured")).isEqualTo(8);
        assertThat(back.text("notice")).contains("what was spent");
    }

    @Test
    void tenantsArePagedByName() {
        List.of("page-a", "page-b", "page-c").forEach(name -> here.createTenant(name, MONTHLY, NO_LIMITS));

        Answer first = here.operator("GET", "/tenants?limit=2&cursor=page-").expect(200);
        Answer second = here.operator("GET", "/tenants?limit=2&cursor=" + first.text("nextCursor"));

        assertThat(first.json()
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("name").asString()))
                .containsExactly("page-a", "page-b");
        assertThat(second.json().path("items").path(0).path("name").asString()).isEqualTo("page-c");
    }

    @Test
    void aKeyIsShownOnceAndWorksEverywhere() {
        here.createTenant("keys", MONTHLY, NO_LIMITS);

        Answer issued = here.createKey("keys", "{\"name\": \"ci\", \"expiresAt\": \"2999-01-01T00:00:00Z\"}");

        String key = issued.text("key");
        assertThat(key).startsWith(issued.text("prefix")).hasSizeGreaterThan(40);
        there.tenant(key, "GET", "/v2/credits").expect(200);
        Answer listed = there.operator("GET", "/tenants/keys/keys").expect(200);
        assertThat(listed.body()).doesNotContain(key).doesNotContain("sha256");
        JsonNode shown = listed.json().path("items").path(0);
        assertThat(shown.path("status").asString()).isEqualTo("ACTIVE");
        assertThat(shown.path("lastUsedAt").asString()).endsWith(":00Z");
        assertThat(shown.path("expiresAt").asString()).isEqualTo("2999-01-01T00:00:00Z");
        assertThat(here.jdbc()
                        .sql("select count(*) from audit_entry where after::text like :key")
                        .param("key", "%" + key + "%")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void aKeyIsUsedFromItsNetworksAloneAndItsLastUseSaysWhence() {
        here.createTenant("networks", MONTHLY, NO_LIMITS);
        Answer issued = here.createKey(
                "networks", "{\"name\": \"ci\", \"allowedNetworks\": [\"10.20.0.0/16\", \"2001:DB8::/32\"]}");
        String key = issued.text("key");
        String path = "/tenants/networks/keys";

        Answer refused = here.tenant(key, "GET", "/v2/credits").expect(403);
        assertThat(refused.text("code")).isEqualTo("address_not_allowed");
        assertThat(refused.text("detail")).containsAnyOf("from 127.0.0.1", "from 0:0:0:0:0:0:0:1");
        JsonNode shown = here.operator("GET", path).json().path("items").path(0);
        assertThat(shown.path("allowedNetworks").toString()).isEqualTo("[\"10.20.0.0/16\",\"2001:db8::/32\"]");
        assertThat(shown.path("lastUsedAt").isNull()).isTrue();
        here.generate(key, 1).expect(403);

        here.operator("PATCH", path + "/" + issued.text("id"), "{\"allowedNetworks\": [\"127.0.0.1\", \"::1\"]}")
                .expect(200);
        here.tenant(key, "GET", "/v2/credits").expect(200);
        shown = here.operator("GET", path).json().path("items").path(0);
        assertThat(shown.path("lastUsedFrom").asString()).isIn("127.0.0.1", "0:0:0:0:0:0:0:1");
        JsonNode change = audited("networks", "key.change");
        assertThat(change.path("before").path("allowedNetworks").toString()).contains("10.20.0.0/16");
        assertThat(change.path("after").path("allowedNetworks").toString()).contains("127.0.0.1/32");

        Answer successor = here.operator("POST", path + "/" + issued.text("id") + "/rotation", "{\"graceSeconds\": 0}")
                .expect(201);
        shown = here.operator("GET", path).json().path("items").path(1);
        assertThat(shown.path("allowedNetworks").toString()).isEqualTo("[\"127.0.0.1/32\",\"::1/128\"]");
        Answer anywhere = here.operator("PATCH", path + "/" + successor.text("id"), "{\"allowedNetworks\": null}")
                .expect(200);
        assertThat(anywhere.json().path("allowedNetworks").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "'\"10.20.0.1/16\"', 10.20.0.1/16",
        "'\"10.20.0.0/16\", \"::/129\"', ::/129",
        "'\"${7*7}\"', ??7?7?",
        "null, 'null'"
    })
    void aNetworkThatIsNoneIsNamed(String networks, String named) {
        if (here.operator("GET", "/tenants/no-networks").status() == 404) {
            here.createTenant("no-networks", MONTHLY, NO_LIMITS);
        }

        Answer refused = here.operator(
                        "POST",
                        "/tenants/no-networks/keys",
                        "{\"name\": \"ci\", \"allowedNetworks\": [" + networks + "]}")
                .expect(400);

        assertThat(refused.json().path("details").path("allowedNetworks").toString())
                .isEqualTo("[\"must be networks such as 10.20.0.0/16 or 2001:db8::/32, not " + named + "\"]");
    }

    @Test
    void aNewKeyIsShownByAnyReplicaUntilItIsStoredAndTheDatabaseCannotReadIt() {
        here.createTenant("unstored", MONTHLY, NO_LIMITS);
        Session operator = Session.signedIn(here.url(), Replica.TOKEN);
        String team = "/console/operator/tenants/unstored";
        operator.get(team + "/keys/new");
        Map<String, String> form =
                Map.of("name", "ci", "once", UUID.randomUUID().toString());

        String page = operator.post(team + "/keys/new", form)
                .headers()
                .firstValue("Location")
                .orElseThrow();
        // Sent again, the form leads to the same key.
        assertThat(operator.post(team + "/keys/new", form).headers().firstValue("Location"))
                .contains(page);

        String key = shownKey(operator.get(page).body());
        here.tenant(key, "GET", "/v2/credits").expect(200);
        Session elsewhere = operator.at(there.url());
        assertThat(shownKey(elsewhere.get(page).body())).isEqualTo(key);
        assertThat(elsewhere.get(team).body()).contains("was not marked as stored", page);
        assertThat(here.jdbc()
                        .sql(
                                "select string_agg(convert_from(attribute_bytes, 'UTF8'), ' ') from spring_session_attributes")
                        .query(String.class)
                        .single())
                .contains(" unstored ci ")
                .doesNotContain(key);
        // Another session of the same operator does not see it.
        assertThat(Session.signedIn(here.url(), Replica.TOKEN).get(page).statusCode())
                .isEqualTo(404);

        assertThat(elsewhere.post(page + "/stored", Map.of()).statusCode()).isEqualTo(302);

        assertThat(operator.get(page).statusCode()).isEqualTo(404);
        assertThat(operator.get(team).body()).doesNotContain("was not marked as stored");
        assertThat(here.operator("GET", "/tenants/unstored/keys")
                        .json()
                        .path("items")
                        .size())
                .isEqualTo(1);
    }

    private static String shownKey(String page) {
        var shown = Pattern.compile("id=\"key\">(kg_[^<]+)<").matcher(page);
        assertThat(shown.find()).as(page).isTrue();
        return shown.group(1);
    }

    @Test
    void aRevokedKeyGeneratesNothingMoreOnTheOtherReplicaAndItsRecordStays() {
        here.createTenant("revoked", MONTHLY, NO_LIMITS);
        Answer issued = here.createKey("revoked", "{\"name\": \"ci\"}");
        there.tenant(issued.text("key"), "GET", "/v2/credits").expect(200);
        here.tenant(issued.text("key"), "GET", "/v2/credits").expect(200);

        here.operator("DELETE", "/tenants/revoked/keys/" + issued.text("id")).expect(204);
        here.operator("DELETE", "/tenants/revoked/keys/" + issued.text("id")).expect(204);

        assertThat(there.generate(issued.text("key"), 1).expect(401).text("code"))
                .isEqualTo("api_key_invalid");
        assertThat(here.tenant(issued.text("key"), "GET", "/v2/credits")
                        .expect(401)
                        .text("code"))
                .isEqualTo("api_key_invalid");
        await().atMost(Duration.ofSeconds(20))
                .until(() ->
                        there.tenant(issued.text("key"), "GET", "/v2/credits").status() == 401);
        JsonNode shown = here.operator("GET", "/tenants/revoked/keys")
                .json()
                .path("items")
                .path(0);
        assertThat(shown.path("status").asString()).isEqualTo("REVOKED");
        // The name is free again.
        here.createKey("revoked", "{\"name\": \"ci\"}");
    }

    @Test
    void aSuspendedTenantIsRefusedByTheOtherReplicaAtOnce() {
        here.createTenant("suspended", MONTHLY, NO_LIMITS);
        String key = here.createKey("suspended");

        here.operator("PATCH", "/tenants/suspended", "{\"status\": \"SUSPENDED\"}")
                .expect(200);

        assertThat(there.generate(key, 1).expect(403).text("code")).isEqualTo("api_key_inactive");
        here.operator("PATCH", "/tenants/suspended", "{\"status\": \"ACTIVE\"}").expect(200);
        there.generate(key, 1).expect(202);
    }

    @Test
    void anExpiredKeyIsRefused() {
        here.createTenant("expiring", MONTHLY, NO_LIMITS);
        Answer issued = here.createKey("expiring", "{\"name\": \"ci\", \"expiresAt\": \"2999-01-01T00:00:00Z\"}");

        here.jdbc()
                .sql("update api_key set expires_at = gateway_now() where prefix = :prefix")
                .param("prefix", issued.text("prefix"))
                .update();

        there.tenant(issued.text("key"), "GET", "/v2/credits").expect(401);
        assertThat(here.operator("GET", "/tenants/expiring/keys")
                        .json()
                        .path("items")
                        .path(0)
                        .path("status")
                        .asString())
                .isEqualTo("EXPIRED");
        Answer revived = here.operator("PATCH", "/tenants/expiring/keys/" + issued.text("id"), "{\"expiresAt\": null}")
                .expect(200);
        assertThat(revived.text("status")).isEqualTo("ACTIVE");
        there.tenant(issued.text("key"), "GET", "/v2/credits").expect(200);
    }

    @Test
    void aRotatedKeyWorksUntilItsGraceEndsAndSharesItsBudget() {
        here.createTenant("rotated", MONTHLY, NO_LIMITS);
        Answer old = here.createKey("rotated", "{\"name\": \"ci\", \"budget\": {\"limit\": 6}}");
        here.generate(old.text("key"), 2).expect(202);

        Answer successor = here.operator(
                        "POST", "/tenants/rotated/keys/" + old.text("id") + "/rotation", "{\"graceSeconds\": 3600}")
                .expect(201);

        assertThat(successor.number("budget", "windows", "0", "limit")).isEqualTo(6);
        assertThat(there.generate(successor.text("key"), 2).expect(402).number("creditsAvailable"))
                .isEqualTo(2);
        there.generate(successor.text("key"), 1).expect(202);
        assertThat(there.generate(old.text("key"), 1).expect(402).number("creditsAvailable"))
                .isZero();
        here.operator("POST", "/tenants/rotated/keys/" + old.text("id") + "/rotation", "{\"graceSeconds\": 1}")
                .expect(409);

        Answer last = here.operator(
                        "POST", "/tenants/rotated/keys/" + successor.text("id") + "/rotation", "{\"graceSeconds\": 0}")
                .expect(201);

        here.tenant(successor.text("key"), "GET", "/v2/credits").expect(401);
        there.generate(successor.text("key"), 1).expect(401);
        there.tenant(last.text("key"), "GET", "/v2/credits").expect(200);
    }

    @Test
    void aKeysOwnBudgetAndItsTenantsAreBothGuarded() throws InterruptedException, ExecutionException {
        here.createTenant("own-budget", "{\"period\": \"DAY\", \"limit\": 30}", NO_LIMITS);
        Answer small = here.createKey("own-budget", "{\"name\": \"small\", \"budget\": {\"limit\": 10}}");
        String large = here.createKey("own-budget");

        var statuses = together(
                20,
                index -> (index % 2 == 0 ? here : there)
                        .generate(small.text("key"), 1)
                        .status());

        assertThat(statuses).filteredOn(status -> status == 202).hasSize(5);
        assertThat(statuses).filteredOn(status -> status == 402).hasSize(15);
        Answer refused = here.generate(small.text("key"), 1).expect(402);
        assertThat(refused.number("creditsAvailable")).isZero();
        assertThat(refused.text("limitedBy")).isEqualTo("key");
        assertThat(refused.text("window")).isEqualTo("day");
        assertThat(here.tenant(small.text("key"), "GET", "/v2/credits").number("available"))
                .isZero();
        assertThat(here.quote(small.text("key"), 1).number("available")).isZero();
        assertThat(here.quote(large, 1).number("available")).isEqualTo(20);

        String id = small.text("id");
        Answer raised = here.operator("PATCH", "/tenants/own-budget/keys/" + id, "{\"budget\": {\"limit\": 100}}")
                .expect(200);
        assertThat(raised.number("budget", "windows", "0", "available")).isEqualTo(90);
        assertThat(raised.number("budget", "available")).isEqualTo(20);
        assertThat(raised.json().path("budget").path("limitedBy").asString()).isEqualTo("tenant");
        assertThat(there.quote(small.text("key"), 1).number("available")).isEqualTo(20);
        for (int spent = 0; spent < 20; spent += 2) {
            here.generate(small.text("key"), 1).expect(202);
        }
        assertThat(here.generate(large, 1).expect(402).number("creditsAvailable"))
                .isZero();
        Answer freed = here.operator("PATCH", "/tenants/own-budget/keys/" + id, "{\"budget\": null}")
                .expect(200);
        assertThat(freed.json().path("budget").isNull()).isTrue();
    }

    @Test
    void aGrantRaisesThePeriodOnceForEachIdempotencyKey() {
        here.createTenant("granted", "{\"period\": \"MONTH\", \"limit\": 2}", NO_LIMITS);
        String key = here.createKey("granted");
        there.generate(key, 2).expect(402);
        String grant = "{\"credits\": 2, \"reason\": \"launch\"}";

        Answer first = here.operator("POST", "/tenants/granted/grants", grant, "Idempotency-Key", "g1")
                .expect(200);
        Answer replay = there.operator("POST", "/tenants/granted/grants", grant, "Idempotency-Key", "g1")
                .expect(200);
        Answer conflict = here.operator(
                        "POST",
                        "/tenants/granted/grants",
                        "{\"credits\": 3, \"reason\": \"launch\"}",
                        "Idempotency-Key",
                        "g1")
                .expect(409);

        assertThat(first.number("balance", "ceiling")).isEqualTo(4);
        assertThat(replay.body()).isEqualTo(first.body());
        assertThat(replay.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(conflict.text("code")).isEqualTo("idempotency_conflict");
        there.generate(key, 2).expect(202);
        // A change of the limit does not wipe the grant.
        assertThat(here.operator("PATCH", "/tenants/granted", "{\"budget\": {\"limit\": 10}}")
                        .number("balance", "ceiling"))
                .isEqualTo(12);
    }

    @Test
    void concurrentGrantsUnderOneKeyCountOnce() throws InterruptedException, ExecutionException {
        here.createTenant("granted-once", "{\"period\": \"TOTAL\", \"limit\": 0}", NO_LIMITS);

        var statuses = together(
                8,
                index -> (index % 2 == 0 ? here : there)
                        .operator(
                                "POST",
                                "/tenants/granted-once/grants",
                                "{\"credits\": 5, \"reason\": \"x\"}",
                                "Idempotency-Key",
                                "same")
                        .status());

        assertThat(statuses).containsOnly(200);
        assertThat(here.operator("GET", "/tenants/granted-once").number("balance", "ceiling"))
                .isEqualTo(5);
    }

    @Test
    void anAdjustmentStaysBetweenZeroAndWhatIsAllowed() {
        here.createTenant(
                "adjusted",
                "{\"windows\": [{\"period\": \"MONTH\", \"limit\": 10}, {\"period\": \"DAY\", \"limit\": 9}]}",
                NO_LIMITS);
        String path = "/tenants/adjusted/adjustments";

        Answer up = here.operator("POST", path, "{\"credits\": 8, \"reason\": \"paid elsewhere\"}")
                .expect(200);
        Answer tooHigh = here.operator("POST", path, "{\"credits\": 3, \"reason\": \"x\"}")
                .expect(409);
        Answer down = here.operator("POST", path, "{\"credits\": -6, \"reason\": \"was unusable\"}")
                .expect(200);
        Answer tooLow = here.operator("POST", path, "{\"credits\": -3, \"reason\": \"x\"}")
                .expect(409);

        assertThat(up.number("balance", "captured")).isEqualTo(8);
        assertThat(tooHigh.text("code")).isEqualTo("conflict");
        assertThat(down.number("balance", "captured")).isEqualTo(2);
        assertThat(tooHigh.text("error")).contains("The window day has 1 credits left");
        assertThat(tooLow.text("error")).contains("the most that a window has is 2, in month");
        assertThat(journal("adjusted", "?kind=ADJUST", 2))
                .extracting(entry -> entry.path("capturedDelta").longValue())
                .containsExactly(8L, -6L);
    }

    @Test
    void theJournalIsPagedAndFiltered() {
        here.createTenant("journal", MONTHLY, NO_LIMITS);
        String key = here.createKey("journal");
        String job = here.generate(key, 3).expect(202).text("jobId");
        here.awaitStatus(key, job, "COMPLETED");
        here.operator("POST", "/tenants/journal/grants", "{\"credits\": 1, \"reason\": \"gift\"}")
                .expect(200);

        List<JsonNode> all = journal("journal", "", 3);

        assertThat(all).extracting(entry -> entry.path("kind").asString()).containsExactly("HOLD", "CAPTURE", "GRANT");
        assertThat(all.get(0).path("generationId").asString()).isEqualTo(job);
        assertThat(all.get(1).path("capturedDelta").longValue()).isEqualTo(6);
        assertThat(all.get(2).path("actor").asString()).isEqualTo("alice");
        assertThat(all.get(2).path("reason").asString()).isEqualTo("gift");
        Answer page = here.operator("GET", "/tenants/journal/journal?limit=2");
        Answer rest = here.operator("GET", "/tenants/journal/journal?limit=2&cursor=" + page.text("nextCursor"));
        assertThat(rest.json().path("items").size()).isEqualTo(1);
        assertThat(here.operator(
                                "GET",
                                "/tenants/journal/journal?to="
                                        + all.getFirst().path("at").asString())
                        .json()
                        .path("items")
                        .size())
                .isZero();
    }

    @Test
    void everyActionIsOnRecordWithItsActorAndRequest() {
        here.createTenant("audited", MONTHLY, NO_LIMITS);
        Answer key = here.createKey("audited", "{\"name\": \"ci\"}");
        here.send(
                        "PATCH",
                        "/admin/v1/tenants/audited",
                        "Authorization",
                        "Bearer " + Replica.OTHER_TOKEN,
                        "{\"limits\": {\"requestsPerMinute\": 5}}",
                        "X-Request-Id",
                        "ticket-17")
                .expect(200);
        here.operator("POST", "/tenants/audited/keys/" + key.text("id") + "/rotation", "{\"graceSeconds\": 60}");
        here.operator("DELETE", "/tenants/audited/keys/" + key.text("id")).expect(204);
        here.operator("POST", "/tenants/audited/grants", "{\"credits\": 1, \"reason\": \"gift\"}")
                .expect(200);
        here.operator("POST", "/tenants/audited/adjustments", "{\"credits\": 1, \"reason\": \"typo\"}")
                .expect(200);
        here.operator("POST", "/tenants/audited/adjustments", "{\"credits\": -9, \"reason\": \"typo\"}")
                .expect(409);

        Replica.await(
                () -> here.operator("GET", "/audit?tenant=audited")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(entry -> entry.path("action").asString())
                        .toList(),
                List.of(
                        "tenant.create",
                        "key.create",
                        "tenant.change",
                        "key.rotate",
                        "key.create",
                        "key.revoke",
                        "credits.grant",
                        "credits.adjust"));

        JsonNode change = audited("audited", "tenant.change");
        assertThat(change.path("actor").asString()).isEqualTo("bob");
        assertThat(change.path("requestId").asString()).isEqualTo("ticket-17");
        assertThat(change.path("before").path("limits").has("requestsPerMinute"))
                .isFalse();
        assertThat(change.path("after").path("limits").path("requestsPerMinute").intValue())
                .isEqualTo(5);
        assertThat(audited("audited", "credits.grant").path("reason").asString())
                .isEqualTo("gift");
        assertThat(here.operator("GET", "/audit?tenant=audited&actor=bob")
                        .json()
                        .path("items")
                        .size())
                .isEqualTo(1);
        for (String attempt :
                List.of("update audit_entry set actor = 'x'", "delete from audit_entry", "truncate audit_entry")) {
            assertThatThrownBy(() -> here.jdbc().sql(attempt).update()).hasMessageContaining("append-only");
        }
    }

    @Test
    void requestsPerMinuteAreExactAcrossReplicasAndPollersAreNotCounted()
            throws InterruptedException, ExecutionException {
        here.createTenant("per-minute", MONTHLY, "{\"requestsPerMinute\": 7}");
        String key = here.createKey("per-minute");
        for (int poll = 0; poll < 10; poll++) {
            there.tenant(key, "GET", "/v2/jobs").expect(200);
        }

        var statuses = together(
                24,
                index -> index % 4 == 0
                        ? here.quote(key, 1).status()
                        : (index % 2 == 0 ? here : there).generate(key, 1).status());

        assertThat(statuses).filteredOn(status -> status < 300).hasSize(7);
        assertThat(statuses).filteredOn(status -> status == 429).hasSize(17);
        Answer refused = there.generate(key, 1).expect(429);
        assertThat(refused.text("code")).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
        assertThat(refused.header("RateLimit-Policy")).isEqualTo("\"requests\";q=7;w=60");
        assertThat(refused.header("RateLimit")).matches("\"requests\";r=0;t=\\d+");
        here.operator("PATCH", "/tenants/per-minute", "{\"limits\": {\"requestsPerMinute\": 8}}")
                .expect(200);
        assertThat(there.quote(key, 1).expect(200).header("RateLimit")).startsWith("\"requests\";r=0;");
        there.quote(key, 1).expect(429);
    }

    @Test
    void aMinuteAfterItsFirstRequestTheCountStartsAnew() {
        here.createTenant("next-minute", MONTHLY, "{\"requestsPerMinute\": 1}");
        String key = here.createKey("next-minute");
        here.quote(key, 1).expect(200);
        here.quote(key, 1).expect(429);

        here.jdbc().sql("""
            update request_window set started_at = started_at - interval '1 minute'
             where tenant_id = (select id from tenant where name = 'next-minute')
            """).update();

        here.quote(key, 1).expect(200);
        here.quote(key, 1).expect(429);
    }

    @Test
    void aReplayIsAnsweredWhateverTheLimits() {
        here.createTenant("replayed", MONTHLY, "{\"requestsPerMinute\": 1}");
        String key = here.createKey("replayed");
        Answer first = here.tenant(key, "POST", "/v2/images/generate", Replica.image(1), "Idempotency-Key", "k")
                .expect(202);

        Answer replay = there.tenant(key, "POST", "/v2/images/generate", Replica.image(1), "Idempotency-Key", "k")
                .expect(202);

        assertThat(replay.text("jobId")).isEqualTo(first.text("jobId"));
        there.generate(key, 1).expect(429);
    }

    @Test
    void noMoreRunAtTheVendorThanMayWhateverTheReplica() throws InterruptedException, ExecutionException {
        here.createTenant("concurrent", MONTHLY, "{\"concurrentGenerations\": 3}");
        String key = here.createKey("concurrent");

        var replies = together(12, index -> (index % 2 == 0 ? here : there).generate(key, 1));

        assertThat(replies).extracting(Answer::status).containsOnly(202);
        Replica.await(() -> here.jdbc().sql("""
            select count(*) from generation
             where tenant_id = (select id from tenant where name = 'concurrent') and state = 'COMPLETED'
            """).query(Integer.class).single(), 12);
        // Each was accepted while at most two others had been and had not ended.
        var most = here.jdbc().sql("""
            select max(running) from (
                select (select count(*) from generation b
                         where b.tenant_id = a.tenant_id and b.accepted_at <= a.accepted_at
                           and b.completed_at > a.accepted_at) as running
                  from generation a
                 where a.tenant_id = (select id from tenant where name = 'concurrent')) counted
            """).query(Long.class).single();
        assertThat(most).isBetween(1L, 3L);
    }

    @Test
    void noMoreWaitThanMayWhateverTheReplica() throws InterruptedException, ExecutionException {
        here.createTenant("patient", MONTHLY, "{\"waitingGenerations\": 3}");
        String key = here.createKey("patient");
        here.jdbc()
                .sql("select rate_pause(:upstream, interval '1 hour')")
                .param("upstream", vendor.baseUrl())
                .query((_, _) -> true)
                .list();
        try {
            var replies = together(12, index -> (index % 2 == 0 ? here : there).generate(key, 1));

            assertThat(replies).filteredOn(reply -> reply.status() == 202).hasSize(3);
            assertThat(replies)
                    .filteredOn(reply -> reply.status() != 202)
                    .hasSize(9)
                    .allSatisfy(refused -> {
                        assertThat(refused.status()).isEqualTo(429);
                        assertThat(refused.text("code")).isEqualTo("queue_full");
                        assertThat(refused.header("Retry-After")).isNotEmpty();
                    });
        } finally {
            here.jdbc().sql("update upstream_rate set paused_until = 'epoch'").update();
        }
        Replica.await(() -> there.generate(key, 1).status(), 202);
    }

    @Test
    void aQuoteSaysWhatAdmissionWouldAndHoldsNothing() {
        here.createTenant("quoted", "{\"period\": \"MONTH\", \"limit\": 3}", NO_LIMITS);
        String key = here.createKey("quoted");

        Answer one = here.quote(key, 1).expect(200);
        Answer two = here.quote(key, 2).expect(200);
        Answer invalid = here.quote(key, 5).expect(400);

        assertThat(one.json().path("admitted").booleanValue()).isTrue();
        assertThat(one.number("credits")).isEqualTo(2);
        assertThat(one.json().has("reason")).isFalse();
        assertThat(two.json().path("admitted").booleanValue()).isFalse();
        assertThat(two.text("reason")).isEqualTo("insufficient_credits");
        assertThat(two.number("available")).isEqualTo(3);
        assertThat(two.text("resetsAt")).endsWith("Z");
        assertThat(invalid.json().path("details").has("klingImageParams.n")).isTrue();
        assertThat(here.operator("GET", "/tenants/quoted").number("balance", "held"))
                .isZero();
        assertThat(here.jdbc().sql("""
                                select count(*) from generation
                                 where tenant_id = (select id from tenant where name = 'quoted')
                                """).query(Long.class).single()).isZero();
    }

    @Test
    void usageIsReportedToOperatorsAndToEachTenantItsOwn() {
        here.createTenant("usage-a", MONTHLY, NO_LIMITS);
        here.createTenant("usage-b", MONTHLY, NO_LIMITS);
        String a = here.createKey("usage-a", "{\"name\": \"ci\"}").text("key");
        String b = here.createKey("usage-b", "{\"name\": \"web\"}").text("key");
        here.awaitStatus(a, here.generate(a, 3).expect(202).text("jobId"), "COMPLETED");
        here.awaitStatus(b, here.generate(b, 1).expect(202).text("jobId"), "COMPLETED");
        String failing = Replica.image(2).replace("fox", "fox [fail]");
        here.awaitStatus(
                a, here.tenant(a, "POST", "/v2/images/generate", failing).text("jobId"), "FAILED");
        String today = LocalDate.now(ZoneOffset.UTC).toString();

        Answer csv = here.operator(
                "GET", "/usage?from=" + today + "&to=" + today + "&groupBy=tenant,key,day,model&format=csv");
        Answer own = here.tenant(a, "GET", "/v2/usage?groupBy=key,day");
        Answer ownCsv =
                here.tenant(a, "GET", "/v2/usage?from=" + today + "&to=" + today + "&groupBy=key,day&format=csv");

        assertThat(csv.header("Content-Type")).startsWith("text/csv");
        assertThat(csv.body().lines())
                .startsWith("tenant,key,day,model,costCentre,generations,images,credits,failures,failedImages,zone")
                .contains("usage-a,ci," + today + ",kling-v1,,1,3,6,1,2,UTC")
                .contains("usage-b,web," + today + ",kling-v1,,1,1,2,0,0,UTC");
        assertThat(own.json().path("rows").size()).isEqualTo(1);
        assertThat(own.json().path("rows").path(0).path("credits").longValue()).isEqualTo(6);
        assertThat(ownCsv.body()).isEqualTo("""
            key,day,costCentre,generations,images,credits,failures,failedImages,zone\r
            ci,%s,,1,3,6,1,2,UTC\r
            """.formatted(today));
        here.tenant(a, "GET", "/v2/usage?groupBy=tenant").expect(400);
        for (String wrong : List.of(
                "from=yesterday",
                "groupBy=planet",
                "format=xml",
                "zone=Mars",
                "zone=SystemV/PST8",
                "tenant=NOBODY",
                "groupBy=label",
                "groupBy=label:Project",
                "from=2000-01-01",
                "from=" + today + "&to=2001-01-01")) {
            here.operator("GET", "/usage?" + wrong).expect(400);
        }
    }

    @Test
    void onlyAnOperatorResolvesAReview() {
        here.createTenant("reviewed", MONTHLY, NO_LIMITS);
        String key = here.createKey("reviewed");
        String like = here.generate(key, 1).expect(202).text("jobId");
        here.awaitStatus(key, like, "COMPLETED");
        String released = inReview(like, false);
        String captured = inReview(like, true);
        String jobOfCaptured =
                vendor.vendor().jobsByIdempotencyKey(captured).getFirst().id().toString();

        Replica.await(
                () -> vendor.vendor()
                        .jobsByIdempotencyKey(captured)
                        .getFirst()
                        .statusAt(Instant.now())
                        .name(),
                "COMPLETED");

        assertThat(here.operator("GET", "/generations?state=IN_REVIEW&tenant=reviewed")
                        .json()
                        .path("items")
                        .valueStream()
                        .map(item -> item.path("id").asString()))
                .containsExactlyInAnyOrder(captured, released);
        assertThat(here.operator("GET", "/generations").body()).doesNotContain("secret fox");
        resolve(released, "{\"outcome\": \"CAPTURE\", \"reason\": \"paid\"}").expect(400);
        resolve(
                        released,
                        "{\"outcome\": \"CAPTURE\", \"reason\": \"paid\", \"upstreamJobId\": \"%s\"}"
                                .formatted(UUID.randomUUID()))
                .expect(409);

        Answer free = resolve(released, "{\"outcome\": \"RELEASE\", \"reason\": \"never ran\"}")
                .expect(200);
        Answer paid = resolve(
                        captured,
                        "{\"outcome\": \"CAPTURE\", \"reason\": \"ran\", \"upstreamJobId\": \"%s\"}"
                                .formatted(jobOfCaptured))
                .expect(200);

        assertThat(free.text("state")).isEqualTo("FAILED");
        assertThat(paid.text("state")).isEqualTo("COMPLETED");
        assertThat(paid.number("capturedCredits")).isEqualTo(2);
        Answer balance = here.operator("GET", "/tenants/reviewed");
        assertThat(balance.number("balance", "held")).isZero();
        assertThat(balance.number("balance", "captured")).isEqualTo(4);
        assertThat(here.tenant(key, "GET", "/v2/jobs/" + captured)
                        .json()
                        .path("result")
                        .path("images")
                        .size())
                .isEqualTo(1);
        resolve(released, "{\"outcome\": \"RELEASE\", \"reason\": \"again\"}").expect(409);
        assertThat(audited("reviewed", "generation.release").path("reason").asString())
                .isEqualTo("never ran");
        assertThat(journal("reviewed", "?kind=CAPTURE", 2)
                        .getLast()
                        .path("actor")
                        .asString())
                .isEqualTo("alice");
    }

    /** Held as the other one was, and handed to the operators; with or without a job at the vendor. */
    private static String inReview(String like, boolean withJob) {
        String id = UUID.randomUUID().toString();
        // In one transaction, or the dispatcher would send it.
        here.jdbc().sql("""
            do $$
            begin
                perform admit_generation('%1$s', tenant_id, key_id, null, request_hash, null, null,
                    model_name, images, quoted_credits, upstream, upstream_request, admitted_by, true)
                   from generation where id = '%2$s';
                update generation set state = 'SENDING' where id = '%1$s';
                update generation set state = 'IN_REVIEW', due_at = null where id = '%1$s';
            end $$
            """.formatted(id, like)).update();
        if (withJob) {
            orderFromVendor(id);
        }
        return id;
    }

    private static void orderFromVendor(String idempotencyKey) {
        new Client(URI.create(vendor.baseUrl()).getPort(), SimulatedApiframe.DEFAULT_API_KEY)
                .post("/v2/images/generate", Replica.image(1), "Idempotency-Key", idempotencyKey);
    }

    private static Answer resolve(String generation, String body) {
        return here.operator("POST", "/generations/" + generation + "/resolution", body);
    }

    @Test
    void theReconciliationShowsTheVendorsBalanceBesideOpenHolds() {
        Answer shown = here.operator("GET", "/reconciliation").expect(200);

        assertThat(shown.json().path("differences").size()).isZero();
        assertThat(shown.number("vendorCredits")).isPositive();
        assertThat(shown.json().path("covered").booleanValue()).isTrue();
        assertThat(shown.number("openHoldCredits")).isNotNegative();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST  | /tenants                  | {                                            | 400",
                "POST  | /tenants                  | []                                           | 400",
                "POST  | /tenants                  | {}                                           | 400",
                "POST  | /tenants                  | {\"name\": \"Design\", \"budget\": {\"period\": \"DAY\","
                        + " \"limit\": 1}}       | 400",
                "POST  | /tenants                  | {\"name\": \"\", \"budget\": {\"period\": \"DAY\", \"limit\": 1}}"
                        + "             | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"YEAR\", \"limit\":"
                        + " 1}}         | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " -1}}         | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 1.5}}        | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " \"1\"}}      | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 99999999999999999999}} | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 1000000000001}}        | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 1, \"timeZone\": \"+02:00\"}} | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 1, \"timeZone\": \"Mars/Base\"}} | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 1}, \"limits\": {\"requestsPerMinute\": 0}} | 400",
                "POST  | /tenants                  | {\"name\": \"bad\", \"budget\": {\"period\": \"DAY\", \"limit\":"
                        + " 1}, \"colour\": \"red\"} | 400",
                "POST  | /tenants                  | {\"name\": \"taken\", \"budget\": {\"period\": \"DAY\","
                        + " \"limit\": 1}}        | 409",
                "GET   | /tenants/nobody           |                                              | 404",
                "PATCH | /tenants/nobody           | {}                                           | 404",
                "PATCH | /tenants/taken            | {\"status\": \"ASLEEP\"}                     | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"windows\": []}}                | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"windows\": [null]}}            | 400",
                "POST  | /tenants/taken/keys       | {\"name\": \"new\", \"budget\": {\"windows\": [null]}} | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"windows\": [{\"period\": \"DAY\"}]}} | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"windows\": [{\"period\": \"DAY\","
                        + " \"shadowLimit\": 1}]}} | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"windows\": [{\"period\": \"DAY\", \"limit\": 1,"
                        + " \"firstDay\": 2}]}} | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"windows\": [{\"period\": \"DAY\", \"limit\": 1},"
                        + " {\"period\": \"DAY\", \"limit\": 2}]}} | 400",
                "PATCH | /tenants/taken            | {\"budget\": {\"limit\": 1, \"windows\": [{\"period\": \"DAY\","
                        + " \"limit\": 1}]}} | 400",
                "PATCH | /tenants/taken            | {\"budget\": null}                           | 400",
                "PATCH | /tenants/taken            | {\"budget\": 5}                              | 400",
                "PATCH | /tenants/taken            | {\"name\": \"other\"}                        | 400",
                "PATCH | /tenants/taken            | {\"limits\": {\"concurrentGenerations\": 99999999999}} | 400",
                "POST  | /tenants/nobody/keys      | {\"name\": \"ci\"}                           | 404",
                "POST  | /tenants/taken/keys       | {\"name\": \"ci\"}                           | 409",
                "POST  | /tenants/taken/keys       | {\"name\": \"CI\"}                           | 400",
                "POST  | /tenants/taken/keys       | {\"name\": \"new\", \"expiresAt\": \"2001-01-01T00:00:00Z\"} |"
                        + " 400",
                "POST  | /tenants/taken/keys       | {\"name\": \"new\", \"expiresAt\": \"soon\"} | 400",
                "POST  | /tenants/taken/keys       | {\"name\": \"new\", \"budget\": {}}          | 400",
                "DELETE| /tenants/taken/keys/x     |                                              | 404",
                "DELETE| /tenants/taken/keys/00000000-0000-0000-0000-000000000000 |               | 404",
                "POST  | /tenants/taken/grants     | {\"credits\": 0, \"reason\": \"x\"}          | 400",
                "POST  | /tenants/taken/grants     | {\"credits\": -1, \"reason\": \"x\"}         | 400",
                "POST  | /tenants/taken/grants     | {\"credits\": 1}                             | 400",
                "POST  | /tenants/taken/grants     | {\"credits\": 1, \"reason\": \"a\\u0000b\"}  | 400",
                "POST  | /tenants/taken/adjustments| {\"credits\": 0, \"reason\": \"x\"}          | 400",
                "POST  | /tenants/taken/adjustments| {\"credits\": 9223372036854775808, \"reason\": \"x\"} | 400",
                "GET   | /tenants/taken/journal?kind=GIFT |                                       | 400",
                "GET   | /tenants/taken/journal?limit=0   |                                       | 400",
                "GET   | /tenants/taken/journal?from=x    |                                       | 400",
                "GET   | /tenants/taken/journal?cursor=x  |                                       | 400",
                "GET   | /generations?state=ASLEEP |                                              | 400",
                "GET   | /generations?tenant=%00   |                                              | 400",
                "POST  | /generations/00000000-0000-0000-0000-000000000000/resolution | {\"outcome\": \"RELEASE\","
                        + " \"reason\": \"x\"} | 404",
                "GET   | /audit?actor=%25          |                                              | 400",
                "GET   | /nothing                  |                                              | 404"
            })
    void whatDoesNotFitIsRefusedInTheOneErrorBody(String method, String path, @Nullable String body, int status) {
        if (here.operator("GET", "/tenants/taken").status() == 404) {
            here.createTenant("taken", MONTHLY, NO_LIMITS);
            here.createKey("taken", "{\"name\": \"ci\"}");
        }

        Answer refused = body == null ? here.operator(method, path) : here.operator(method, path, body);

        refused.expect(status);
        assertThat(refused.text("error")).isNotBlank().isEqualTo(refused.text("detail"));
        assertThat(refused.text("code")).isNotBlank();
        assertThat(refused.text("requestId")).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /tenants?name=x | | name is not a parameter of GET /admin/v1/tenants (it has cursor, limit)",
                "GET | /usage?group_by=day | | group_by is not a parameter of GET /admin/v1/usage (did you mean"
                        + " groupBy?)",
                "GET | /generations?state=DONE | | state must be one of CANCELLED, COMPLETED, FAILED, IN_REVIEW,"
                        + " PROCESSING, QUEUED, SENDING, WAITING (got \"DONE\")",
                "GET | /tenant | | Not found: there is no /admin/v1/tenant; did you mean /admin/v1/tenants?",
                "POST | /tenants | {\"name\": \"Big One\", \"budget\": {\"period\": \"MONTH\", \"limit\": 1}} | name"
                        + " must be 1 to 63 of a-z, 0-9 and - (got \"Big One\")",
                "POST | /tenants | {\"name\": \"a\", \"budget\": {\"period\": \"MONTH\", \"limit\": -1}} |"
                        + " budget.limit must be from 0 to 1000000000000 (got -1)",
                "POST | /tenants | {\"name\": \"a\", \"budget\": {\"period\": \"YEAR\", \"limit\": 1}} | budget.period"
                        + " must be one of DAY, WEEK, MONTH, QUARTER, TOTAL (got \"YEAR\")",
                "POST | /tenants | {\"name\": \"a\", \"budgt\": {}} | budgt is not a known property (did you mean"
                        + " budget?)",
                "POST | /tenants | {\"name\": \"a\" | The body is not valid JSON at line 1, column 13: it ends too"
                        + " early; a quotation mark or a bracket is not closed",
            })
    void aWrongCallOfAnOperatorsSaysWhatToChange(String method, String path, @Nullable String body, String message) {
        Answer refused = body == null ? here.operator(method, path) : here.operator(method, path, body);

        assertThat(refused.text("detail")).isEqualTo(message);
    }

    @Test
    void operatorsAndTenantsNeverReachEachOther() {
        here.createTenant("apart", MONTHLY, NO_LIMITS);
        String key = here.createKey("apart");

        for (String path : List.of("/admin/v1/tenants", "/admin/v1/audit", "/admin", "/admin/v1/tenants/apart")) {
            here.send("GET", path, "Authorization", "Bearer " + key).expect(401);
            here.send("GET", path, "X-API-Key", key).expect(401);
            here.send("GET", path, "X-API-Key", Replica.TOKEN).expect(401);
            here.send("GET", path, "Authorization", "Bearer " + Replica.TOKEN + "x")
                    .expect(401);
            here.send("GET", path, "Authorization", "Basic " + Replica.TOKEN).expect(401);
        }
        for (String path : List.of("/v2/credits", "/v2/jobs", "/v2/usage")) {
            here.send("GET", path, "Authorization", "Bearer " + Replica.TOKEN).expect(401);
            here.send("GET", path, "X-API-Key", Replica.TOKEN).expect(401);
        }
        assertThat(here.send("GET", "/admin/v1/tenants", "Accept", "application/json")
                        .header("WWW-Authenticate"))
                .isEqualTo("Bearer");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST  | /grants      | {\"credits\": 1, \"reason\": \"half a \\ud83d fox\"} | reason",
                "POST  | /adjustments | {\"credits\": 1, \"reason\": \"\\ude00\"}            | reason",
                "POST  | /keys        | {\"name\": \"\\ud83d\"}                              | name",
                "PATCH | ''           | {\"costCentre\": \"a\\ud83d\"}                       | costCentre",
                "PATCH | ''           | {\"budget\": {\"timeZone\": \"\\ud83d\"}}            | budget.timeZone",
                "PATCH | /notices     | {\"channels\": {\"a\": {\"kind\": \"EMAIL\", \"target\": \"\\ud83d@b.c\"}}} | channels.a.target",
                "PATCH | /notices     | {\"channels\": {\"a\": {\"kind\": \"SLACK\", \"target\": \"https://b.c/\\u0000\"}}} | channels.a.target",
            })
    void textThatTheDatabaseCannotHoldIsRefused(String method, String path, String body, String named) {
        if (here.operator("GET", "/tenants/broken-text").status() == 404) {
            here.createTenant("broken-text", MONTHLY, NO_LIMITS);
        }

        Answer answer =
                here.operator(method, "/tenants/broken-text" + path, body).expect(400);

        assertThat(answer.json().path("details").propertyNames()).containsExactly(named);
    }

    @Test
    void aWholeSurrogatePairIsText() {
        here.createTenant("whole-text", MONTHLY, NO_LIMITS);

        here.operator("POST", "/tenants/whole-text/grants", "{\"credits\": 1, \"reason\": \"a \\ud83e\\udd8a\"}")
                .expect(200);
    }

    @Test
    void anOldNameOfAZoneIsItsRegion() {
        here.createTenant("central", "{\"period\": \"DAY\", \"limit\": 10, \"timeZone\": \"CET\"}", NO_LIMITS);

        assertThat(here.operator("GET", "/tenants/central")
                        .json()
                        .path("budget")
                        .path("timeZone")
                        .asString())
                .isEqualTo("Europe/Brussels");
    }

    @Test
    void aTenantInJavasOwnUtcIsSuspended() {
        here.createTenant("zulu", MONTHLY, NO_LIMITS);
        here.jdbc()
                .sql("update budget set time_zone = 'Z' where tenant_id = (select id from tenant where name = 'zulu')")
                .update();

        Answer suspended = here.operator("PATCH", "/tenants/zulu", "{\"status\": \"SUSPENDED\"}")
                .expect(200);

        assertThat(suspended.text("status")).isEqualTo("SUSPENDED");
        assertThat(suspended.json().path("budget").path("timeZone").asString()).isEqualTo("UTC");
    }

    @ParameterizedTest
    @CsvSource({
        "/usage?from=%2B300000-01-01",
        "/usage?to=%2B300000-01-01",
        "/usage?from=%2B300000-01-01T00:00:00Z",
        "/usage?to=%2B999999999-12-31",
        "/usage?from=-300000-01-01",
        "/audit?from=%2B300000-01-01"
    })
    void aDateThatNoCalendarReachesIsRefused(String path) {
        here.operator("GET", path).expect(400);
    }

    @Test
    void whoGuessesTokensWaitsAndNobodyElseDoes() {
        asAlice("192.0.2.8").expect(200);
        List<Integer> statuses = IntStream.range(0, 30)
                .mapToObj(guess -> here.send(
                                "GET",
                                "/admin/v1/tenants",
                                "Authorization",
                                "Bearer guess-" + guess,
                                "",
                                "X-Forwarded-For",
                                "198.51.100." + guess + ", 192.0.2.7")
                        .status())
                .toList();

        assertThat(statuses.subList(0, 10)).containsOnly(401);
        assertThat(statuses.subList(10, 30)).containsOnly(429);
        assertThat(asAlice("192.0.2.7").status())
                .as("right before, so no guess")
                .isEqualTo(200);
        Answer another = here.send(
                        "GET",
                        "/admin/v1/tenants",
                        "Authorization",
                        "Bearer one more guess",
                        "",
                        "X-Forwarded-For",
                        "192.0.2.7")
                .expect(429);
        assertThat(another.header("Retry-After")).isEqualTo("60");
    }

    @Test
    void manyGuessesAtOnceAreTenGuesses() {
        try (ExecutorService guessers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Integer> statuses = IntStream.range(0, 60)
                    .mapToObj(guess -> CompletableFuture.supplyAsync(
                            () -> here.send(
                                            "GET",
                                            "/admin/v1/tenants",
                                            "Authorization",
                                            "Bearer at once " + guess,
                                            "",
                                            "X-Forwarded-For",
                                            "192.0.2.11")
                                    .status(),
                            guessers))
                    .toList()
                    .stream()
                    .map(CompletableFuture::join)
                    .toList();

            assertThat(statuses).containsOnly(401, 429);
            assertThat(statuses.stream().filter(status -> status == 401)).hasSize(10);
        }
    }

    /** A client with an old token is no guesser. */
    @Test
    void aWrongTokenCountsOnce() {
        for (int i = 0; i < 12; i++) {
            here.send("GET", "/admin/v1/tenants", "Authorization", "Bearer old", "", "X-Forwarded-For", "192.0.2.10")
                    .expect(401);
        }

        asAlice("192.0.2.10").expect(200);
    }

    private static Answer asAlice(String address) {
        return here.operator("GET", "/tenants", "", "X-Forwarded-For", address);
    }

    @Test
    void theDescriptionTakesAToken() {
        for (String path :
                List.of("/v3/api-docs/operators", "/v3/api-docs.yaml/operators", "/v3/api-docs/operator%73")) {
            Answer refused = here.send("GET", path, "Accept", "*/*").expect(401);

            assertThat(refused.body()).doesNotContain("paths");
            here.send("GET", path, "Authorization", "Bearer " + Replica.TOKEN).expect(200);
        }
    }

    @Test
    void theOperatorsApiIsDocumentedApartFromTheTenants() {
        Answer tenants =
                here.send("GET", "/v3/api-docs", "Accept", "application/json").expect(200);
        Answer operators = here.send("GET", "/v3/api-docs/operators", "Authorization", "Bearer " + Replica.TOKEN)
                .expect(200);

        assertThat(tenants.json().path("paths").propertyNames())
                .contains("/v2/images/quote", "/v2/usage")
                .noneMatch(path -> path.startsWith("/admin"));
        assertThat(operators.json().path("paths").propertyNames())
                .contains(
                        "/admin/v1/tenants/{name}/keys/{id}/rotation",
                        "/admin/v1/queue",
                        "/admin/v1/tenants/{name}/queue")
                .allMatch(path -> path.startsWith("/admin/v1/"));
        Answer swaggerUi = here.send("GET", "/v3/api-docs/swagger-config", "Accept", "application/json");
        assertThat(swaggerUi.text("urls.primaryName")).isEqualTo("teams");
        assertThat(swaggerUi
                        .json()
                        .path("urls")
                        .valueStream()
                        .map(document -> document.path("name").asString()))
                .containsExactlyInAnyOrder("teams", "operators");
        JsonNode schemas = operators.json().path("components").path("schemas");
        for (String schema : List.of("LimitTerms", "OperatorLimits")) {
            JsonNode limits = schemas.path(schema).path("properties");
            assertThat(limits.propertyNames())
                    .as(schema)
                    .containsExactlyInAnyOrder(
                            "requestsPerMinute", "concurrentGenerations", "waitingGenerations", "weight");
            assertThat(limits.valueStream()
                            .map(limit -> limit.path("description").asString("")))
                    .as(schema)
                    .noneMatch(String::isBlank);
        }
        assertThat(schemas.path("TenantChange").path("properties").propertyNames())
                .containsExactlyInAnyOrder(
                        "status", "budget", "costCentre", "retentionDays", "limits", "selfService", "defaultWebhook");
        assertThat(schemas.path("KeyChange").path("properties").propertyNames())
                .containsExactlyInAnyOrder("expiresAt", "budget", "allowedNetworks");
        JsonNode report = operators
                .json()
                .path("paths")
                .path("/admin/v1/usage")
                .path("get")
                .path("responses")
                .path("200")
                .path("content");
        assertThat(report.propertyNames()).containsExactlyInAnyOrder("application/json", "text/csv");
        assertThat(report.path("application/json").path("schema").path("$ref").asString(""))
                .isEqualTo("#/components/schemas/UsageReport");
        JsonNode weight = schemas.path("LimitTerms").path("properties").path("weight");
        assertThat(weight.path("minimum").intValue()).isEqualTo(1);
        assertThat(weight.path("maximum").intValue()).isEqualTo(100);
        assertThat(weight.path("default").intValue()).isEqualTo(1);
    }

    @Test
    void allThatIsKeptAboutATeamIsExportedAndNothingThatOpensADoor() {
        here.createTenant("exported", MONTHLY, NO_LIMITS);
        here.createTenant("other", MONTHLY, NO_LIMITS);
        String key = here.createKey("exported");
        String job = here.tenant(key, "POST", "/v2/images/generate", """
                {"prompt": "a fox of our own", "model": "kling-image", "webhookUrl": "https://hooks.example/in/hook-secret"}
                """, "X-Gateway-Labels", "project=spring")
                .expect(202)
                .text("jobId");
        here.awaitStatus(key, job, "COMPLETED");
        here.jdbc().sql("""
                update generation
                   set asked_by = 'Ada', attempts_failed_at = array[created_at, created_at],
                       attempts_failed_by = array['no certain answer: timeout', 'the vendor''s rate limit: HTTP 429']
                 where id = cast(:id as uuid)
                """).param("id", job).update();
        here.operator("PATCH", "/tenants/exported/notices", """
                {"channels": {"chat": {"kind": "SLACK", "target": "https://hooks.example/services/chat-secret"}}}
                """).expect(200);
        here.generate(here.createKey("other"), 1).expect(202);
        here.jdbc().sql("""
                insert into credit_request (id, tenant_id, credits, reason, asked_by)
                select gen_random_uuid(), id, 1 + number, 'launch week', 'main'
                  from tenant, generate_series(1, 1234) as number where name = 'exported'
                """).update();

        Answer export = there.operator("GET", "/tenants/exported/export").expect(200);

        List<JsonNode> lines = export.body()
                .lines()
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
        assertThat(lines.getLast().toString()).isEqualTo("{\"type\":\"end\",\"lines\":" + (lines.size() - 1) + "}");
        assertThat(lines.stream().map(line -> line.path("type").asString()).distinct())
                .containsExactly(
                        "team",
                        "budget",
                        "key",
                        "job",
                        "channel",
                        "notice",
                        "creditRequest",
                        "journal",
                        "audit",
                        "end");
        assertThat(lines.stream()
                        .filter(line -> line.path("type").asString().equals("creditRequest"))
                        .map(line -> line.path("credits"))
                        .distinct())
                .hasSize(1234);
        JsonNode exported = lines.stream()
                .filter(line -> line.path("type").asString().equals("job"))
                .findFirst()
                .orElseThrow();
        assertThat(exported.path("id").asString()).isEqualTo(job);
        assertThat(exported.path("request").path("prompt").asString()).isEqualTo("a fox of our own");
        assertThat(exported.path("askedBy").asString()).isEqualTo("Ada");
        assertThat(exported.path("failedAttempts").get(1).path("outcome").asString())
                .isEqualTo("the vendor's rate limit: HTTP 429");
        assertThat(exported.path("webhookHost").asString()).isEqualTo("hooks.example");
        assertThat(exported.path("labels").path("project").asString()).isEqualTo("spring");
        assertThat(export.body()).doesNotContain(key, Sha256.hex(key), "hook-secret", "chat-secret", "a secret fox");
        assertThat(export.header("Content-Disposition")).isEqualTo("attachment; filename=\"exported.ndjson\"");
        assertThat(audited("exported", "tenant.export").path("actor").asString())
                .isEqualTo("alice");
        here.operator("GET", "/tenants/nobody/export").expect(404);
        here.tenant(key, "GET", "/admin/v1/tenants/exported/export").expect(401);
    }

    @Test
    void promptsAreErasedAfterTheRetentionWhileJobAndJournalStay() {
        here.createTenant("erased", MONTHLY, NO_LIMITS);
        String key = here.createKey("erased");
        String job = here.generate(key, 1).expect(202).text("jobId");
        here.awaitStatus(key, job, "COMPLETED");
        assertThat(here.tenant(key, "GET", "/v2/jobs/" + job).body()).contains("secret fox");
        here.jdbc()
                .sql("update generation set completed_at = completed_at - interval '30 days' where id = cast(:id as"
                        + " uuid)")
                .param("id", job)
                .update();

        here.eraseRequests(Duration.ofDays(30));

        Answer read = here.tenant(key, "GET", "/v2/jobs/" + job).expect(200);
        assertThat(read.json().path("input").isNull()).isTrue();
        assertThat(read.text("status")).isEqualTo("COMPLETED");
        assertThat(here.jdbc()
                        .sql("select upstream_request is null"
                                + " and not exists (select from generation_prompt p where p.generation_id = g.id)"
                                + " from generation g where id = cast(:id as uuid)")
                        .param("id", job)
                        .query(Boolean.class)
                        .single())
                .isTrue();
        assertThat(journal("erased", "", 2)).hasSize(2);
    }

    @Test
    void aTeamMayHaveItsRequestsErasedEarlierOrLaterThanOthers() {
        for (String days : List.of("2", "90", "null")) {
            String team = "kept-" + days;
            here.createTenant(team, MONTHLY, NO_LIMITS);
            here.operator("PATCH", "/tenants/" + team, "{\"retentionDays\": " + days + "}")
                    .expect(200);
            String key = here.createKey(team);
            for (int age : new int[] {1, 10, 40}) {
                String job = here.generate(key, 1).expect(202).text("jobId");
                here.awaitStatus(key, job, "COMPLETED");
                here.jdbc()
                        .sql("update generation set completed_at = completed_at - make_interval(days => :age)"
                                + " where id = cast(:id as uuid)")
                        .param("age", age)
                        .param("id", job)
                        .update();
            }
        }

        here.eraseRequests(Duration.ofDays(30));

        assertThat(here.jdbc().sql("""
                select t.name || ' ' || string_agg((upstream_request is null)::text, ' ' order by completed_at)
                  from generation g join tenant t on t.id = g.tenant_id
                 where t.name like 'kept-%' group by t.name order by t.name
                """).query(String.class).list())
                .containsExactly("kept-2 true true false", "kept-90 false false false", "kept-null true false false");
        here.operator("PATCH", "/tenants/kept-2", "{\"retentionDays\": 4000}").expect(400);
        assertThat(here.operator("GET", "/tenants/kept-2")
                        .expect(200)
                        .json()
                        .path("retentionDays")
                        .intValue())
                .isEqualTo(2);
    }

    /** The first; entries appear when all transactions that began before theirs have ended. */
    private static JsonNode audited(String tenant, String action) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> here.operator("GET", "/audit?tenant=" + tenant)
                                .json()
                                .path("items")
                                .valueStream()
                                .filter(entry -> entry.path("action").asString().equals(action))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Entries appear when all transactions that began before theirs have ended. */
    private static List<JsonNode> journal(String tenant, String query, int entries) {
        Replica.await(() -> read(tenant, query).size(), entries);
        return read(tenant, query);
    }

    private static List<JsonNode> read(String tenant, String query) {
        return here.operator("GET", "/tenants/" + tenant + "/journal" + query)
                .expect(200)
                .json()
                .path("items")
                .valueStream()
                .toList();
    }

    private interface Attempt<T> {
        T run(int index);
    }

    private static <T> List<T> together(int count, Attempt<T> attempt) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Stream<Callable<T>> calls = IntStream.range(0, count).mapToObj(index -> () -> attempt.run(index));
            var futures = threads.invokeAll(calls.toList());
            var results = new ArrayList<T>();
            for (var future : futures) {
                results.add(future.get());
            }
            return results;
        }
    }
}
