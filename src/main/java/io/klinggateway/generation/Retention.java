package io.klinggateway.generation;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Erases requests some time after their jobs have ended. What was spent, and when, stays on record. */
@Component
@EnableConfigurationProperties(RetentionSettings.class)
class Retention {

    private static final Logger log = LoggerFactory.getLogger(Retention.class);
    private static final int MOST_AT_ONCE = 500;

    private static final String ERASE = """
            update generation g
               set upstream_request = null, webhook_url = null
              from (select old.id
                      from tenant t
                     cross join lateral (
                           select id from generation
                            where tenant_id = t.id and upstream_request is not null
                              and completed_at <= gateway_now()
                                  - coalesce(make_interval(days => t.retention_days), make_interval(secs => :age))
                            order by completed_at limit :most for update skip locked) old
                     limit :most) old
             where g.id = old.id
            """;

    private final JdbcClient jdbc;
    private final RetentionSettings settings;

    Retention(JdbcClient jdbc, RetentionSettings settings) {
        this.jdbc = jdbc;
        this.settings = settings;
    }

    /** @return whether more may be due */
    boolean pass() {
        int erased = jdbc.sql(ERASE)
                .param("age", settings.requests().toSeconds())
                .param("most", MOST_AT_ONCE)
                .update();
        if (erased > 0) {
            log.info("erased requests of {} ended generations", erased);
        }
        return erased == MOST_AT_ONCE;
    }
}
