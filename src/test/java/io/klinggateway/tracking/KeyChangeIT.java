package io.klinggateway.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import io.klinggateway.simulator.SimulatedApiframe;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The company's key was changed for one of another user of the vendor's account, who does not see the jobs that are open. */
@Tag("slow")
class KeyChangeIT {

    private static final String OLD = "afk_of_the_first_user";
    private static final String NEW = "afk_of_another_user";
    private static final String TEAM = "kg_team_0000000000000000000000000000000000000000000";

    @Test
    void jobsOfThePreviousKeyAreFollowedToTheirEnd() {
        try (SimulatedApiframe vendor = SimulatedApiframe.builder()
                        .port(0)
                        .apiKeys(OLD)
                        .anotherUsersApiKeys(NEW)
                        .queuedFor(Duration.ofSeconds(1))
                        .processingFor(Duration.ofSeconds(1))
                        .build()
                        .start();
                Replica replica = Replica.start(Replica.Settings.of(TestDatabase.migrated(), vendor.baseUrl())
                        .with("apiframe.api-key", NEW)
                        .with("apiframe.api-key-previous", OLD + "\n")
                        .with("gateway.tracking.unlisted-after", "500ms")
                        .tenant("design", "TOTAL", 100, "main", TEAM))) {
            int port = Integer.parseInt(vendor.baseUrl().replaceFirst(".*:", ""));
            Client byOldKey = new Client(port, OLD);
            String jobOfOld = byOldKey.order("\"prompt\":\"made before\"");
            assertThat(new Client(port, NEW).get("/v2/jobs/" + jobOfOld).status())
                    .isEqualTo(404);
            String generation = book(replica, jobOfOld, vendor.baseUrl());

            Client team = replica.client(TEAM);
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            team.get("/v2/jobs/" + generation).text("status").equals("COMPLETED"));

            assertThat(team.get("/v2/jobs/" + generation).number("creditCost")).isEqualTo(2);
            assertThat(team.get("/v2/credits").number("captured")).isEqualTo(2);
            assertThat(replica.jdbc()
                            .sql("select missing_since is null from generation")
                            .query(Boolean.class)
                            .single())
                    .isTrue();
            team.await(team.order("\"prompt\":\"made since\""), "COMPLETED");
        }
    }

    /** As if the gateway had sent it with the old key. */
    private static String book(Replica replica, String job, String vendor) {
        UUID generation = UUID.randomUUID();
        replica.jdbc()
                .sql("""
                        select book_generation(?, t.id, ?, null, ?::uuid, 'kling-v1', 1, 2, null, now(), 'test', 'sent before')
                          from tenant t
                        """)
                .params(generation, vendor, job)
                .query((_, _) -> true)
                .list();
        return generation.toString();
    }
}
