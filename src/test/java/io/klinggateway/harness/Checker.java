package io.klinggateway.harness;

import io.klinggateway.harness.Answer.Accepted;
import io.klinggateway.harness.Answer.Refused;
import io.klinggateway.harness.Books.Generation;
import io.klinggateway.harness.Books.Turn;
import io.klinggateway.harness.Callers.Attempt;
import io.klinggateway.harness.Callers.Cancellation;
import io.klinggateway.harness.Callers.Reading;
import io.klinggateway.harness.Callers.Story;
import io.klinggateway.harness.Chaos.Window;
import io.klinggateway.simulator.JobStatus;
import io.klinggateway.simulator.SimulatedJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds what callers were told, what the books say and what the vendor did against each other, once all is at rest. */
final class Checker {

    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(10);
    private static final Duration LOOKED_AT_WITHIN = Duration.ofSeconds(30);

    /** All that a caller with a good key and a good request may hear. */
    private static final Map<String, Integer> DOCUMENTED = Map.of(
            "validation_failed", 400,
            "insufficient_credits", 402,
            "rate_limited", 429,
            "queue_full", 429,
            "upstream_account", 503,
            "overloaded", 503,
            "outcome_unknown", 503);

    private static final Set<String> COME_BACK_LATER =
            Set.of("rate_limited", "queue_full", "upstream_account", "overloaded", "outcome_unknown");

    private final Books books;
    private final List<Story> stories;
    private final List<Reading> readings;
    private final List<Cancellation> cancellations;
    private final List<Window> windows;
    private final Map<UUID, Generation> generations;
    private final Map<Integer, List<Generation>> generationsByOrder;
    private final Map<UUID, List<Turn>> turns;
    private final Map<UUID, SimulatedJob> jobs;
    private final Map<Integer, List<SimulatedJob>> jobsByOrder;
    private final List<Violation> violations = new ArrayList<>();
    private Duration slowest = Duration.ZERO;
    private Duration slowestInCalm = Duration.ZERO;

    Checker(
            Books books,
            List<SimulatedJob> jobs,
            List<Story> stories,
            List<Reading> readings,
            List<Cancellation> cancellations,
            List<Window> windows) {
        this.cancellations = cancellations;
        this.books = books;
        this.stories = stories;
        this.readings = readings;
        this.windows =
                windows.stream().sorted(Comparator.comparing(Window::from)).toList();
        this.generations = books.generations().stream().collect(Collectors.toMap(Generation::id, Function.identity()));
        this.generationsByOrder = books.generations().stream().collect(Collectors.groupingBy(Generation::order));
        this.turns = books.turns().stream().collect(Collectors.groupingBy(Turn::generation));
        this.jobs = jobs.stream().collect(Collectors.toMap(SimulatedJob::id, Function.identity()));
        this.jobsByOrder = jobs.stream()
                .filter(job -> !books.orphans().contains(job.id()))
                .collect(Collectors.groupingBy(Checker::orderOf));
    }

    List<Violation> check() {
        books.disorder().forEach(words -> report("disorder", words));
        stories.forEach(this::checkStory);
        books.generations().forEach(this::checkGeneration);
        checkVendorJobs();
        checkAccounts();
        checkReadings();
        checkCancellations();
        return violations;
    }

    /** The longest time from a job's end to its settlement. */
    Duration slowestSettlement() {
        return slowest;
    }

    /** The same, of those alone that no fault touched. */
    Duration slowestSettlementInCalm() {
        return slowestInCalm;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency for one private method
    private void report(String kind, String words, Object... arguments) {
        violations.add(new Violation(kind, words.formatted(arguments)));
    }

    private static int orderOf(SimulatedJob job) {
        return Order.numberOf(job.input().path("prompt").asString());
    }

    private static JobStatus fateOf(SimulatedJob job) {
        return job.statusAt(Instant.MAX);
    }

    /** What the callers of one order were told. */
    private void checkStory(Story story) {
        story.attempts().forEach(attempt -> checkDocumented(story, attempt));
        var acknowledged = new HashSet<UUID>();
        for (var attempt : story.attempts()) {
            if (attempt.answer() instanceof Accepted accepted) {
                acknowledged.add(accepted.job());
            }
        }
        var number = story.order().number();
        var made = jobsByOrder.getOrDefault(number, List.of());
        if (acknowledged.size() > 1) {
            report(
                    "doubled",
                    "order %d has %d answers 202 with different jobs: %s",
                    number,
                    acknowledged.size(),
                    acknowledged);
        }
        if (made.size() > 1) {
            report("doubled", "order %d has %d jobs at the vendor: %s", number, made.size(), ids(made));
        }
        acknowledged.forEach(job -> checkAcknowledged(story, job));
        if (acknowledged.isEmpty() && isCertain(story)) {
            checkNothingLeft(story, made);
        }
        checkNoErrorAfterAcceptance(story);
        if (!story.order().isRace()) {
            checkErrorsEndedTheirGenerations(story);
        }
    }

    private static List<UUID> ids(List<SimulatedJob> jobs) {
        return jobs.stream().map(SimulatedJob::id).toList();
    }

    /** Whether the callers know what became of it: what was asked last has a certain answer, and a key to ask with. */
    private static boolean isCertain(Story story) {
        var all = story.attempts().stream().allMatch(attempt -> attempt.answer().isCertain());
        var last = story.attempts().stream()
                .max(Comparator.comparing(Attempt::to))
                .map(Attempt::answer)
                .orElseThrow();
        // A refusal for now may speak of the last attempt alone; a final one was decided after a look at the key.
        return all
                || (story.order().key() != null
                        && last instanceof Refused refused
                        && last.isCertain()
                        && !refused.isForNow());
    }

    private void checkDocumented(Story story, Attempt attempt) {
        if (attempt.answer() instanceof Refused refused) {
            if (!Objects.equals(DOCUMENTED.get(refused.code()), refused.status())) {
                report("undocumented", "order %d was answered %s", story.order().number(), refused);
            }
            if (COME_BACK_LATER.contains(refused.code()) && refused.retryAfter() == null) {
                report("undocumented", "order %d was answered %s", story.order().number(), refused);
            }
        }
    }

    private void checkAcknowledged(Story story, UUID acknowledged) {
        var number = story.order().number();
        var generation = generations.get(acknowledged);
        if (generation == null || generation.order() != number) {
            report("lost", "order %d has a 202 with job %s, and the books have none", number, acknowledged);
            return;
        }
        if (!generation.acknowledged()) {
            report("lost", "order %d has a 202 with job %s, which tenants cannot see", number, acknowledged);
        }
        var made = jobsByOrder.getOrDefault(number, List.of());
        var endedWithoutJob = generation.endedWithoutJob();
        if (endedWithoutJob ? !made.isEmpty() : made.size() != 1) {
            report("lost", "order %d: %s, and the vendor has the jobs %s", number, generation, ids(made));
        }
        generationsByOrder.getOrDefault(number, List.of()).stream()
                .filter(other -> !other.id().equals(acknowledged) && !other.isWithdrawn())
                .forEach(other -> report("doubled", "order %d has job %s and also %s", number, acknowledged, other));
    }

    private void checkNothingLeft(Story story, List<SimulatedJob> made) {
        var number = story.order().number();
        if (!made.isEmpty()) {
            report("refused, yet made", "order %d had only errors, the vendor has %s", number, ids(made));
        }
        generationsByOrder.getOrDefault(number, List.of()).stream()
                .filter(generation -> !generation.isWithdrawn())
                .forEach(generation -> report("refused, yet made", "order %d had only errors: %s", number, generation));
    }

    /** Once there is a 202, the key leads to it: only trouble with reaching the books may be told from then on. */
    private void checkNoErrorAfterAcceptance(Story story) {
        var accepted = story.attempts().stream()
                .filter(attempt -> attempt.answer() instanceof Accepted)
                .map(Attempt::to)
                .min(Comparator.naturalOrder());
        story.attempts().stream()
                .filter(attempt -> accepted.isPresent() && attempt.from().isAfter(accepted.get()))
                .filter(attempt -> attempt.answer() instanceof Refused refused
                        && !refused.code().equals("overloaded")
                        && !refused.isUnknown())
                .forEach(attempt -> report(
                        "promise broken",
                        "order %d had a 202 and then %s",
                        story.order().number(),
                        attempt.answer()));
    }

    /**
     * An error ends what it speaks of: a later 202 under the same key is for something new. What a lost attempt began is not
     * known; it began after the errors before it.
     */
    private void checkErrorsEndedTheirGenerations(Story story) {
        var inTurn = story.attempts().stream()
                .sorted(Comparator.comparing(Attempt::from))
                .toList();
        var refusedUntil = Instant.MIN;
        var allKnown = true;
        for (var attempt : inTurn) {
            if (attempt.answer() instanceof Accepted accepted) {
                var generation = generations.get(accepted.job());
                if (generation != null && generation.createdAt().isBefore(refusedUntil)) {
                    report(
                            "promise broken",
                            "order %d had an error and then a 202 for the same generation: %s",
                            story.order().number(),
                            generation);
                }
            }
            allKnown &= attempt.answer() instanceof Refused && attempt.answer().isCertain();
            if (allKnown) {
                refusedUntil = attempt.to();
            }
        }
    }

    private void checkGeneration(Generation generation) {
        if (generation.isOpen()) {
            report("unsettled", "%s", generation);
            return;
        }
        var job = generation.job() == null ? null : jobs.get(generation.job());
        if (generation.job() != null && job == null) {
            report("lost", "the vendor knows no job of %s", generation);
        } else if (job == null) {
            checkEndedWithoutJob(generation);
        } else {
            checkEndedLikeItsJob(generation, job);
        }
    }

    private void checkEndedWithoutJob(Generation generation) {
        if (!generation.endedWithoutJob() || !Objects.equals(generation.captured(), 0L)) {
            report("charged wrongly", "without a job: %s", generation);
        }
        if (generation.state().equals("CANCELLED")) {
            checkCancelled(generation);
        }
    }

    /** Its credits came back because nothing was sent: then nothing may ever have been, not even an orphan. */
    private void checkCancelled(Generation generation) {
        jobs.values().stream()
                .filter(job -> generation.vendorIdempotencyKey().toString().equals(job.idempotencyKey()))
                .forEach(job ->
                        report("cancelled, yet made", "%s, and the vendor has its job %s", generation, job.id()));
        if (cancellations.stream().noneMatch(wish -> wish.job().equals(generation.id()))) {
            report("cancelled by nobody", "%s", generation);
        }
        var last = turns.getOrDefault(generation.id(), List.of()).getLast();
        if (!last.before().equals("WAITING")) {
            report("cancelled, yet made", "it did not wait when it was cancelled: %s", last);
        }
    }

    private void checkEndedLikeItsJob(Generation generation, SimulatedJob job) {
        var fate = fateOf(job);
        var due = fate == JobStatus.COMPLETED ? job.priceCredits() : 0;
        if (!generation.state().equals(fate.name())
                || !Objects.equals(generation.captured(), due)
                || !generation.vendorIdempotencyKey().toString().equals(job.idempotencyKey())) {
            report("charged wrongly", "%s has a job that %s, worth %d credits", generation, fate, due);
        }
        var ended = job.createdAt().plus(job.queuedFor()).plus(job.processingFor());
        var latest = latestSettlement(generation.createdAt(), ended);
        var settled = generation.completedAt();
        if (settled == null || settled.isAfter(latest)) {
            report("late", "%s: its job ended at %s, it had to be settled by %s", generation, ended, latest);
        }
        if (settled != null) {
            var took = Duration.between(ended, settled);
            slowest = longer(slowest, took);
            if (latest.equals(ended.plus(SETTLED_WITHIN))) {
                slowestInCalm = longer(slowestInCalm, took);
            }
        }
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /** So long after the job's end, or thirty after the end of the last fault that reaches into that time. */
    private Instant latestSettlement(Instant created, Instant ended) {
        var latest = ended.plus(SETTLED_WITHIN);
        for (var window : windows) {
            var end = window.to().plus(LOOKED_AT_WITHIN);
            if (window.from().isBefore(latest) && window.to().isAfter(created) && end.isAfter(latest)) {
                latest = end;
            }
        }
        return latest;
    }

    private void checkVendorJobs() {
        var keys = new HashMap<String, UUID>();
        for (var job : jobs.values()) {
            var key = String.valueOf(job.idempotencyKey());
            var earlier = keys.put(key, job.id());
            if (earlier != null) {
                report("doubled", "the vendor has the jobs %s and %s for one key %s", earlier, job.id(), key);
            }
            if (!books.orphans().contains(job.id()) && !isOnRecord(job, key)) {
                report(
                        "lost",
                        "the vendor's job %s of order %d, key %s, is not in the books",
                        job.id(),
                        orderOf(job),
                        key);
            }
        }
    }

    private boolean isOnRecord(SimulatedJob job, String key) {
        return books.generations().stream()
                .anyMatch(generation ->
                        generation.vendorIdempotencyKey().toString().equals(key)
                                && job.id().equals(generation.job()));
    }

    private void checkAccounts() {
        for (var team : Team.ALL) {
            var name = team.name();
            long due = books.generations().stream()
                    .filter(generation -> generation.team().equals(name))
                    .map(generation -> generation.job() == null ? null : jobs.get(generation.job()))
                    .filter(job -> job != null && fateOf(job) == JobStatus.COMPLETED)
                    .mapToLong(SimulatedJob::priceCredits)
                    .sum();
            long captured = books.capturedByTeam().getOrDefault(name, 0L);
            long held = books.heldByTeam().getOrDefault(name, 0L);
            if (captured != due) {
                report("charged wrongly", "%s: captured %d, its completed jobs are worth %d", name, captured, due);
            }
            if (held != 0) {
                report("held for ever", "%s: %d credits are held, and nothing is open", name, held);
            }
        }
    }

    private void checkCancellations() {
        var cancelled = new HashMap<UUID, Instant>();
        cancellations.stream()
                .filter(wish -> wish.status() == 200)
                .forEach(wish -> cancelled.merge(wish.job(), wish.to(), (a, b) -> a.isBefore(b) ? a : b));
        for (var wish : cancellations) {
            var generation = generations.get(wish.job());
            switch (wish.status() + " " + wish.text()) {
                case "200 CANCELLED" -> checkIsCancelled(wish, generation);
                case "409 already_sent" -> checkWasSent(wish);
                case "503 overloaded", "503 outcome_unknown", "0 " -> {}
                default -> report("undocumented", "cancelling was answered otherwise: %s", wish);
            }
            var since = cancelled.get(wish.job());
            if (since != null && wish.from().isAfter(since) && wish.status() == 409) {
                report("promise broken", "job %s was cancelled, and then could not be: %s", wish.job(), wish);
            }
        }
    }

    /** Also what the vendor itself cancelled is CANCELLED, and stays so. */
    private void checkIsCancelled(Cancellation wish, @Nullable Generation generation) {
        if (generation == null || !generation.state().equals("CANCELLED")) {
            report("promise broken", "%s, yet it is %s", wish, String.valueOf(generation));
        }
    }

    private void checkWasSent(Cancellation wish) {
        if (turns.getOrDefault(wish.job(), List.of()).stream()
                .noneMatch(turn -> turn.claimed() && turn.at().isBefore(wish.to()))) {
            report("promise broken", "it was not cancelled although it had never been sent: %s", wish);
        }
    }

    private void checkReadings() {
        var endings = new HashMap<UUID, String>();
        for (var reading : readings) {
            if (reading.status() != 200
                    && !(reading.status() == 503 && reading.text().equals("overloaded"))) {
                report("undocumented", "reading job %s: %d %s", reading.job(), reading.status(), reading.text());
            }
            var ending = endings.get(reading.job());
            if (reading.status() == 200 && ending != null && !ending.equals(reading.text())) {
                report("promise broken", "job %s was %s and then %s", reading.job(), ending, reading.text());
            }
            if (reading.status() == 200 && Callers.isTerminal(reading.text())) {
                endings.put(reading.job(), reading.text());
            }
            checkEnding(reading);
        }
    }

    private void checkEnding(Reading reading) {
        @Nullable Generation generation = generations.get(reading.job());
        if (Callers.isTerminal(reading.text())
                && generation != null
                && !generation.state().equals(reading.text())) {
            report("promise broken", "job %s was shown as %s: %s", reading.job(), reading.text(), generation);
        }
    }
}
