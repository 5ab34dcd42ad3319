package io.klinggateway.usage;

import java.time.Duration;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/**
 * Lets one replica at a time publish the books, so that thousands of teams are not scraped from each. A replica that has
 * died keeps it for a while; two that both believe to have it show the same books.
 */
@Repository
class LedgerMetricsLease {

    /** Outlasts the pause between two readings, and a slow one. */
    private static final Duration LEASE = Duration.ofSeconds(25);

    private static final String TAKE = """
            insert into books_lease as lease (replica, held_until)
            values (:replica, gateway_now() + make_interval(secs => :lease))
            on conflict (only_row) do update set replica = excluded.replica, held_until = excluded.held_until
             where lease.replica = excluded.replica or lease.held_until <= gateway_now()
            """;

    private static final String GIVE_BACK =
            "update books_lease set held_until = gateway_now() where replica = :replica and held_until > gateway_now()";

    private final UUID replica = UUID.randomUUID();
    private final JdbcClient jdbc;

    LedgerMetricsLease(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Takes or renews it; false while another replica has it. */
    boolean take() {
        return jdbc.sql(TAKE)
                        .param("replica", replica)
                        .param("lease", LEASE.toSeconds())
                        .update()
                == 1;
    }

    /** Lets another replica have it at once. */
    void giveBack() {
        jdbc.sql(GIVE_BACK).param("replica", replica).update();
    }
}
