package io.klinggateway.harness;

import io.klinggateway.harness.Answer.Accepted;
import io.klinggateway.harness.Answer.Lost;
import io.klinggateway.harness.Answer.Refused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.util.FileSystemUtils;

/** One run: load and faults by the plan, rest, and the check. */
final class ProofRun {

    /** The lease of a copy that was cut off, and its next attempt. */
    private static final Duration COPYING = Duration.ofSeconds(150);

    private static final Duration LAST_REQUESTS = Cluster.SUBMISSION_DEADLINE.plusSeconds(2);

    private ProofRun() {}

    static ProofReport of(ProofSettings settings) throws SQLException {
        var from = Instant.now();
        LoggingSystem.get(ProofRun.class.getClassLoader()).setLogLevel("io.zonky", LogLevel.WARN);
        clean(settings);
        try (var history = new History(settings.directory());
                var cluster = Cluster.start(settings, history, postgres -> {
                    prepare(postgres);
                    if (settings.bug().isPresent()) {
                        settings.bug().get().plantIn(postgres);
                    }
                })) {
            return new ProofRun().carryOut(settings, from, cluster, history);
        }
    }

    private static void prepare(PostgresProcess postgres) throws SQLException {
        try (var connection = postgres.connect()) {
            Books.watchTurns(connection);
            for (var team : Team.ALL) {
                team.setTerms(connection);
            }
        }
    }

    private static void clean(ProofSettings settings) {
        try {
            FileSystemUtils.deleteRecursively(settings.directory());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProofReport carryOut(ProofSettings settings, Instant from, Cluster cluster, History history)
            throws SQLException {
        var chaos = new Chaos(cluster, history);
        try (var sampler = new Sampler(cluster.postgres(), chaos);
                var callers = new Callers(settings.seed(), cluster, settings.betweenOrders(), history)) {
            sampler.start();
            bringTrouble(settings, chaos, callers);
            Waiting.until(
                    "the last faults are over", Duration.ofSeconds(60), () -> chaos.hasBeenCalmFor(LAST_REQUESTS));
            callers.resolveUncertain(Duration.ofSeconds(20));
            awaitRest(settings, cluster);
            callers.readEveryJob();
            sampler.stop();
            return check(settings, from, cluster, chaos, sampler, callers, history);
        }
    }

    private static void bringTrouble(ProofSettings settings, Chaos chaos, Callers callers) {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var processes = CompletableFuture.runAsync(() -> chaos.carryOut(Step.processSteps(settings)), threads);
            var lines = CompletableFuture.runAsync(() -> chaos.carryOut(Step.lineSteps(settings)), threads);
            var visits = CompletableFuture.runAsync(() -> chaos.carryOut(Step.visits(settings)), threads);
            var faults = CompletableFuture.allOf(processes, lines, visits);
            callers.run(() -> faults.isDone() && callers.races() >= settings.races());
            faults.join();
        }
    }

    /** What is not at rest by then is for the checker to report. */
    private static void awaitRest(ProofSettings settings, Cluster cluster) throws SQLException {
        try (var connection = cluster.postgres().connect()) {
            Waiting.isTrueWithin(settings.settling(), () -> is(() -> Books.openGenerations(connection) == 0));
            Waiting.isTrueWithin(COPYING, () -> is(() -> PictureChecker.isAtRest(connection)));
        }
    }

    /** What a database says. */
    private interface Statement {
        boolean isTrue() throws SQLException;
    }

    private static boolean is(Statement statement) {
        try {
            return statement.isTrue();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ProofReport check(
            ProofSettings settings,
            Instant from,
            Cluster cluster,
            Chaos chaos,
            Sampler sampler,
            Callers callers,
            History history)
            throws SQLException {
        try (var connection = cluster.postgres().connect()) {
            var books = Books.read(connection);
            var jobs = cluster.vendor().truth().jobs().toList();
            var violations = new ArrayList<Violation>(sampler.violations());
            violations.addAll(callers.violations());
            violations.addAll(chaos.violations());
            violations.addAll(cluster.postman().violations());
            var checker = new Checker(
                    books, jobs, callers.stories(), callers.readings(), callers.cancellations(), chaos.windows());
            var rate = new RateChecker(Cluster.CALLS_PER_MINUTE, cluster.callsMade());
            var pictures = new PictureChecker(cluster.pictures());
            var fairness = new FairnessChecker(books, chaos.windows());
            violations.addAll(checker.check());
            violations.addAll(rate.check());
            violations.addAll(fairness.check());
            violations.addAll(pictures.check(connection));
            violations.forEach(violation -> history.add("violation", Map.of("words", violation.toString())));
            return new ProofReport(
                    settings,
                    Duration.between(from, Instant.now()),
                    callers.stories().size(),
                    callers.races(),
                    answers(callers),
                    cancellations(callers),
                    chaos.counts(),
                    cluster.postman().counts(),
                    jobs.size(),
                    books.orphans().size(),
                    rate.summary(),
                    cluster.vendor().beyondRate(),
                    fairness.summary(),
                    pictures.summary(),
                    checker.slowestSettlement(),
                    checker.slowestSettlementInCalm(),
                    sampler.samples(),
                    violations);
        }
    }

    private static Map<String, Long> cancellations(Callers callers) {
        return callers.cancellations().stream()
                .map(each -> each.status() + " " + each.text())
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }

    private static Map<String, Long> answers(Callers callers) {
        return callers.stories().stream()
                .flatMap(story -> story.attempts().stream())
                .map(attempt -> switch (attempt.answer()) {
                    case Accepted _ -> "202";
                    case Refused refused -> refused.status() + " " + refused.code();
                    case Lost _ -> "none";
                })
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
    }
}
