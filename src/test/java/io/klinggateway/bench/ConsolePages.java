package io.klinggateway.bench;

import io.klinggateway.console.Session;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** How long an operator, and the team with the longest past, wait for each page of the console. */
final class ConsolePages {

    private static final double MOST_MILLIS = 200;
    private static final Duration PER_PAGE = Duration.ofSeconds(1);

    /** So many words, one after the other, take the place of WORD. */
    private static final int WORDS = 200;

    private static final List<String> OF_OPERATOR = List.of(
            "",
            "/tenants",
            "/tenants/TEAM",
            "/find?q=BEGIN",
            "/find?q=bench",
            "/find?team=TEAM",
            "/find?team=TEAM&state=failed",
            "/find?team=TEAM&model=kling-v1",
            "/find?team=TEAM&label=project:p7",
            "/find?key=bench",
            "/find?state=failed",
            "/find?model=kling-v1",
            "/find?model=kling-v2",
            "/tenants/TEAM/journal",
            "/jobs/ID",
            "/reviews",
            "/deliveries",
            "/audit");
    private static final List<String> OF_TEAM = List.of(
            "",
            "/jobs",
            "/jobs?status=COMPLETED",
            "/jobs?status=FAILED",
            "/jobs?status=QUEUED",
            "/jobs/ID",
            "/find?q=BEGIN",
            "/find?q=lighthouse",
            "/find?q=WORD",
            "/find?q=lighthouse+WORD",
            "/find?q=mot",
            "/find?q=nowhere",
            "/find?q=WORD&state=failed",
            "/find?label=project:p7",
            "/find?label=project:p7&state=failed",
            "/find?key=bench&model=kling-v1",
            "/find?state=failed",
            "/find?from=DAY&to=DAY",
            "/find?q=WORD&from=DAY&to=DAY",
            "/usage",
            "/try");

    private static final int BEGIN_OF_ID = 13;
    private static final int DAYS_BACK = 10;

    private final Testbed testbed;
    private final Deployment deployment;
    private final List<Measure> pages = new ArrayList<>();

    /** @param teams of which the first is the one */
    ConsolePages(Testbed testbed, Deployment deployment, Population teams) {
        this.testbed = testbed;
        this.deployment = deployment;
        String team = "bench-" + teams.from();
        String job = deployment
                .database()
                .texts("select id from generation where acknowledged and tenant_id = " + teams.tenantId() + " limit 1")
                .getFirst();
        String operator = cookies(Testbed.OPERATOR_TOKEN);
        OF_OPERATOR.forEach(page -> add("/console/operator" + page, team, job, operator));
        String member = cookies(Population.key(teams.from()));
        OF_TEAM.forEach(page -> add("/console/team" + page, team, job, member));
    }

    private String cookies(String secret) {
        return Session.signedIn(deployment.gateway().url().toString(), secret).cookieHeader();
    }

    private void add(String page, String team, String job, String cookies) {
        String path = page.replace("TEAM", team)
                .replace("ID", job)
                .replace("BEGIN", job.substring(0, BEGIN_OF_ID))
                .replace(
                        "DAY",
                        LocalDate.now(ZoneOffset.UTC).minusDays(DAYS_BACK).toString());
        Requests requests = Requests.pages(
                IntStream.range(0, WORDS)
                        .mapToObj(word -> path.replace("WORD", "motif" + word * 97))
                        .distinct()
                        .toList(),
                cookies);
        pages.add(new Measure(
                page,
                () -> testbed.cpu(List.of(deployment)),
                () -> deployment.closedLoop(requests, 1, PER_PAGE),
                () -> {}));
    }

    void measure() {
        pages.forEach(Measure::warmUp);
        for (int repeat = 0; repeat < deployment.settings().repeats(); repeat++) {
            pages.forEach(Measure::run);
        }
    }

    void report(Report report) {
        report.table(Measure.titles(), pages.stream().map(Measure::row).toList());
        pages.forEach(page -> report.atMost("p95 of " + page + ", ms", page.p95(), MOST_MILLIS, 0));
    }
}
