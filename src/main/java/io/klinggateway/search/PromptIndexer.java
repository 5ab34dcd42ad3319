package io.klinggateway.search;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.support.SqlTimes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Makes new prompts findable, some seconds after their admission, which does not wait for it. One replica at a time does, in the
 * order of the times of admission. What a slow admission has committed behind the others is found by looking a minute back.
 */
@Configuration(proxyBeanMethods = false)
class PromptIndexer {

    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final int MOST_AT_ONCE = 500;

    /** Ids begin with the time at which a replica made them. They bound what is read; an index by time would be one more to keep. */
    private static final Duration CLOCKS_APART = Duration.ofMinutes(20);

    private static final String ADDED_UNTIL = "select until from prompt_words_added for update skip locked";
    private static final String NOW = "select gateway_now() as now";

    private static final String ADD = """
            insert into generation_prompt (tenant_id, created_at, generation_id, words)
            select g.tenant_id, g.created_at, g.id, prompt_words(g.tenant_id, g.upstream_request)
              from generation g
             where g.id >= :lowestId and g.created_at > :until - interval '1 minute' and g.created_at <= :now
               and g.upstream_request is not null
               and not exists (select from generation_prompt p
                                where p.tenant_id = g.tenant_id and p.created_at = g.created_at and p.generation_id = g.id)
             order by g.created_at
             limit :most
            on conflict do nothing
            """;

    /** Those that were erased while their words were added. */
    private static final String FORGET = """
            delete from generation_prompt p
             using generation g
             where g.id >= :lowestId and g.created_at > :until - interval '10 minutes' and g.created_at <= :now
               and g.upstream_request is null
               and p.tenant_id = g.tenant_id and p.created_at = g.created_at and p.generation_id = g.id
            """;

    private static final String SET_ADDED = "update prompt_words_added set until = :now";

    @Bean
    BackgroundLoop promptIndexerLoop(JdbcClient jdbc, TransactionOperations transactions) {
        return new BackgroundLoop(
                "prompt-words", INTERVAL, () -> Boolean.TRUE.equals(transactions.execute(_ -> pass(jdbc))));
    }

    /** @return whether more are left */
    private static boolean pass(JdbcClient jdbc) {
        Optional<Instant> until = jdbc.sql(ADDED_UNTIL)
                .query((row, _) -> SqlTimes.instant(row, "until"))
                .optional();
        if (until.isEmpty()) {
            return false; // another replica does it
        }
        Instant now =
                jdbc.sql(NOW).query((row, _) -> SqlTimes.instant(row, "now")).single();
        UUID lowestId = JobWalk.idOf(until.get().minus(CLOCKS_APART));
        jdbc.sql(FORGET)
                .param("lowestId", lowestId)
                .param("until", SqlTimes.timestamp(until.get()))
                .param("now", SqlTimes.timestamp(now))
                .update();
        int added = jdbc.sql(ADD)
                .param("lowestId", lowestId)
                .param("until", SqlTimes.timestamp(until.get()))
                .param("now", SqlTimes.timestamp(now))
                .param("most", MOST_AT_ONCE)
                .update();
        if (added < MOST_AT_ONCE) {
            jdbc.sql(SET_ADDED).param("now", SqlTimes.timestamp(now)).update();
        }
        return added == MOST_AT_ONCE;
    }
}
