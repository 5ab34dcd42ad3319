package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Operators decide who pays for what the vendor made and no team has. */
@ConsoleTest
@Timeout(60)
class OrphanPagesTests {

    private static final String ORPHANS = "/console/operator/orphans";

    private final JdbcClient books;

    @LocalServerPort
    private int port;

    private Session operator;

    OrphanPagesTests(JdbcClient books) {
        this.books = books;
    }

    @BeforeEach
    void signIn() {
        operator = Session.signedIn("http://localhost:" + port, ConsoleTest.TOKEN);
    }

    @Test
    void anOrphanIsBookedOnItsTeam() {
        String job = orphan();
        assertThat(operator.get("/console/operator").body()).contains("to no team", ORPHANS);
        assertThat(operator.get(ORPHANS).body()).contains(job);
        operator.get(ORPHANS + "/" + job);
        assertThat(assign(job, "nobody").statusCode()).isEqualTo(404);
        assertThat(assign(job, "").statusCode()).isEqualTo(400);

        assertThat(assign(job, "beta").headers().firstValue("Location").orElse(""))
                .endsWith(ORPHANS + "?done=assigned");

        assertThat(operator.get(ORPHANS).body()).doesNotContain(job);
        assertThat(operator.get(ORPHANS + "?state=all").body()).contains(job, "Booked");
        assertThat(operator.get(ORPHANS + "/" + job).body()).doesNotContain("Book it on the team");
        assertThat(assign(job, "beta").statusCode()).isEqualTo(409);
        assertThat(books.sql("select count(*) from generation where upstream_job_id = ?")
                        .param(UUID.fromString(job))
                        .query(Long.class)
                        .single())
                .isOne();
        assertThat(operator.get("/console/operator/audit?tenant=beta").body()).contains("orphan.assign");
    }

    @Test
    void anOrphanIsDismissed() {
        String job = orphan();
        operator.get(ORPHANS + "/" + job);

        assertThat(operator.post(ORPHANS + "/" + job + "/dismissal", Map.of("reason", "made by hand"))
                        .headers()
                        .firstValue("Location")
                        .orElse(""))
                .endsWith(ORPHANS + "?done=dismissed");

        assertThat(operator.get(ORPHANS + "/" + job).body()).contains("Dismissed");
        assertThat(operator.get(ORPHANS + "/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
        assertThat(operator.get(ORPHANS + "/x").statusCode()).isEqualTo(404);
    }

    private HttpResponse<String> assign(String job, String team) {
        return operator.post(
                ORPHANS + "/" + job + "/assignment", Map.of("tenant", team, "reason", "in the log of 12:04"));
    }

    /** A job that the vendor has made and ended, of which the books forget all but that it exists. */
    private String orphan() {
        var alpha = new Client(port, RunningGateway.KEY);
        String known = alpha.order("\"prompt\":\"forgotten\"");
        alpha.await(known, "COMPLETED");
        UUID job = books.sql("select upstream_job_id from generation where id = ?")
                .param(UUID.fromString(known))
                .query(UUID.class)
                .single();
        UUID other = UUID.randomUUID();
        books.sql("update generation set upstream_job_id = ? where id = ?")
                .param(other)
                .param(UUID.fromString(known))
                .update();
        books.sql("""
                        insert into orphan_job (upstream, upstream_job_id, cause, status, credits, created_at)
                        select upstream, ?, 'UNKNOWN', 'COMPLETED', 2, created_at from generation where id = ?
                        """).param(job).param(UUID.fromString(known)).update();
        return job.toString();
    }
}
