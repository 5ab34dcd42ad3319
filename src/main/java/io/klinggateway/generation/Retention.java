package io.klinggateway.generation;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.picturestore.Pictures;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Erases requests some time after their jobs have ended, and the pictures with them. What was spent, and when, stays on record. */
@Component
@EnableConfigurationProperties(RetentionSettings.class)
class Retention {

    private static final Logger log = LoggerFactory.getLogger(Retention.class);
    private static final int MOST_AT_ONCE = 500;

    private static final String ERASE = """
            update generation g
               set upstream_request = null, webhook_url = null, asked_by = null,
                   error = case when acknowledged then error end -- may repeat the prompt; of no job, nobody could read or erase it
              from (select old.id
                      from tenant t
                     cross join lateral (
                           select id from generation
                            where tenant_id = t.id and upstream_request is not null
                              and completed_at <= (select gateway_now()) -- by itself it is volatile, and no bound of an index
                                  - coalesce(make_interval(days => t.retention_days), make_interval(secs => :age))
                            order by completed_at limit :most for update skip locked) old
                     limit :most) old
             where g.id = old.id
            returning g.id
            """;

    private final JdbcClient jdbc;
    private final Pictures pictures;
    private final TransactionOperations transactions;
    private final RetentionSettings settings;

    Retention(JdbcClient jdbc, Pictures pictures, TransactionOperations transactions, RetentionSettings settings) {
        this.jdbc = jdbc;
        this.pictures = pictures;
        this.transactions = transactions;
        this.settings = settings;
    }

    /** @return whether more may be due */
    boolean pass() {
        int erased = transactions.execute(_ -> {
            List<GenerationId> old = jdbc.sql(ERASE)
                    .param("age", settings.requests().toSeconds())
                    .param("most", MOST_AT_ONCE)
                    .query((row, _) -> new GenerationId(row.getObject("id", UUID.class)))
                    .list();
            pictures.erase(old);
            return old.size();
        });
        if (erased > 0) {
            log.info("erased requests of {} ended generations", erased);
        }
        boolean morePictures = erasePictures();
        return erased == MOST_AT_ONCE || morePictures;
    }

    /** Of a job whose request is not known there is none to find them by: they go by their own age. */
    private boolean erasePictures() {
        int erased = transactions.execute(_ -> pictures.eraseOlderThanRequests(settings.requests(), MOST_AT_ONCE));
        if (erased > 0) {
            log.info("erased {} pictures of generations without a request", erased);
        }
        return erased == MOST_AT_ONCE;
    }
}
