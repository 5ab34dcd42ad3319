package io.klinggateway.apiframe;

import io.klinggateway.apiframe.Exchange.Answered;
import io.klinggateway.apiframe.Exchange.Lost;
import io.klinggateway.apiframe.Exchange.NotWritten;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.apiframe.SubmitOutcome.NotSent;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import io.klinggateway.apiframe.SubmitOutcome.Unknown;
import io.klinggateway.apiframe.UpstreamMeters.Operation;
import io.klinggateway.image.ImageRequest;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The vendor's API. Calls block the (virtual) thread that makes them, wait their turn at the rate gate, and never throw
 * for anything that the vendor or the network does. Safe for use by many threads.
 */
@Component
@EnableConfigurationProperties(ApiframeSettings.class)
public class Apiframe {

    private static final Duration UNSPOKEN_RETRY_AFTER = Duration.ofSeconds(1);

    /** Who waits for a turn that comes later than this before its deadline only learns that the outcome is unknown. */
    private static final Duration TIME_TO_ANSWER = Duration.ofMillis(500);

    private static final Duration PATIENCE_FOR_READS = Duration.ofSeconds(10);
    private static final int JOBS_PER_LIST = 100;
    private static final int READ_SINGLY_UP_TO = 2;

    private final VendorHttp http;
    private final RateGate gate;
    private final VendorJson json;
    private final Clock clock;
    private final ApiframeSettings settings;
    private final UpstreamMeters meters;

    Apiframe(VendorHttp http, ApiframeSettings settings, Clock clock, UpstreamMeters meters) {
        this.http = http;
        this.settings = settings;
        this.json = new VendorJson(settings.apiKey());
        this.clock = clock;
        this.meters = meters;
        this.gate = new RateGate(settings.requestsPerMinute(), System::nanoTime);
        meters.publish(gate);
    }

    /** The vendor that jobs of this gateway belong to: its base URL. */
    public String upstream() {
        return settings.upstream();
    }

    /** How many calls this replica may make in that time without waiting for the vendor's rate. */
    public int callsWithin(Duration duration) {
        return Math.toIntExact(settings.requestsPerMinute() * duration.toMillis() / 60_000);
    }

    /**
     * Sends a job once. Sending the same key and bytes again within the vendor's 24 hours creates no second job.
     *
     * @param body exactly what is sent
     * @param deadline nothing is written after it, and the answer is not awaited beyond it
     */
    public SubmitOutcome submit(String idempotencyKey, byte[] body, Deadline deadline) {
        if (deadline.hasPassed()) {
            return new NotSent("the deadline has passed");
        }
        try {
            awaitTurn(longestWait(deadline));
        } catch (RateGate.TooLong tooLong) {
            return new Throttled(tooLong.untilSlot());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new NotSent("interrupted");
        }
        return switch (meters.timed(
                Operation.SUBMIT, () -> http.post("/v2/images/generate", body, idempotencyKey, deadline))) {
            case NotWritten notWritten -> new NotSent(notWritten.reason());
            case Lost lost -> new Unknown(lost.reason());
            case Answered answered -> submitted(answered);
        };
    }

    private void awaitTurn(Duration longest) throws RateGate.TooLong, InterruptedException {
        Duration wait = gate.reserve(longest);
        if (wait.isPositive()) { // sleeping for no time gives way to other threads, too
            Thread.sleep(wait);
        }
    }

    private static Duration longestWait(Deadline deadline) {
        Duration wait = deadline.remaining().minus(TIME_TO_ANSWER);
        return wait.isNegative() ? Duration.ZERO : wait;
    }

    private SubmitOutcome submitted(Answered answer) {
        JsonNode body = VendorJson.parse(answer.body());
        return switch (answer.status()) {
            case 200, 202 ->
                json.jobId(body.path("jobId"))
                        .<SubmitOutcome>map(Accepted::new)
                        .orElseGet(() -> new Unknown("HTTP " + answer.status() + " without a job id"));
            case 400, 413, 422 -> new Invalid(json.error(body, "The vendor refused the request"), json.details(body));
            case 401, 402, 403, 404 -> new Denied(answer.status(), json.error(body, ""));
            case 429 -> new Throttled(throttled(answer));
            default -> new Unknown("HTTP " + answer.status());
        };
    }

    /**
     * Looks at jobs, with as few calls as do: the vendor's list shows a hundred at once.
     *
     * @return a reading for every job asked for
     */
    public Map<UpstreamJobId, JobReading> read(Collection<UpstreamJobId> jobs) {
        Map<UpstreamJobId, JobReading> readings = new ConcurrentHashMap<>();
        if (jobs.size() > READ_SINGLY_UP_TO) {
            readings.putAll(readLists(Set.copyOf(jobs)));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            jobs.stream()
                    .filter(job -> !readings.containsKey(job))
                    .forEach(job -> threads.execute(() -> readings.put(job, readOne(job))));
        }
        return readings;
    }

    /** @return a reading for every job that the list shows; for every job at all if there is no list to be had */
    private Map<UpstreamJobId, JobReading> readLists(Set<UpstreamJobId> wanted) {
        Map<UpstreamJobId, JobReading> readings = new HashMap<>();
        String cursor = "";
        // One page more than they would fill: open jobs are among the newest, but not always the very newest.
        for (int page = 0; page <= 1 + wanted.size() / JOBS_PER_LIST && readings.size() < wanted.size(); page++) {
            String path = "/v2/jobs?limit=" + JOBS_PER_LIST + "&model=" + ImageRequest.MODEL + cursor;
            if (!(get(path) instanceof Answered answer) || answer.status() != 200) {
                wanted.forEach(job -> readings.putIfAbsent(job, new Unavailable("no list of jobs")));
                break;
            }
            JsonNode list = VendorJson.parse(answer.body());
            if (!list.path("jobs").isArray()) {
                wanted.forEach(job -> readings.putIfAbsent(job, new Unavailable("no list of jobs")));
                break;
            }
            for (JsonNode entry : list.path("jobs")) {
                json.job(entry)
                        .filter(job -> wanted.contains(job.id()))
                        .ifPresent(job -> readings.put(job.id(), new Found(job)));
            }
            if (!list.path("hasMore").asBoolean(false)
                    || !list.path("nextCursor").isString()) {
                break;
            }
            cursor = "&cursor=" + URLEncoder.encode(list.path("nextCursor").stringValue(), StandardCharsets.UTF_8);
        }
        return readings;
    }

    /** The account that all tenants share; empty if the vendor does not tell now. */
    public Optional<VendorAccount> account() {
        return get("/v2/me") instanceof Answered answer && answer.status() == 200
                ? VendorJson.account(VendorJson.parse(answer.body()))
                : Optional.empty();
    }

    private JobReading readOne(UpstreamJobId job) {
        return switch (get("/v2/jobs/" + job)) {
            case NotWritten notWritten -> new Unavailable(notWritten.reason());
            case Lost lost -> new Unavailable(lost.reason());
            case Answered answer ->
                switch (answer.status()) {
                    case 200 -> foundJob(answer, job);
                    case 404 -> new Missing();
                    default -> new Unavailable("HTTP " + answer.status());
                };
        };
    }

    private JobReading foundJob(Answered answer, UpstreamJobId asked) {
        Optional<UpstreamJob> job = json.job(VendorJson.parse(answer.body()));
        return job.filter(found -> found.id().equals(asked))
                .<JobReading>map(Found::new)
                .orElseGet(() -> new Unavailable("HTTP 200 without the job"));
    }

    private Exchange get(String path) {
        Deadline deadline = Deadline.in(PATIENCE_FOR_READS);
        try {
            awaitTurn(deadline.remaining());
        } catch (RateGate.TooLong tooLong) {
            return new NotWritten("rate gate", false);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new NotWritten("interrupted", false);
        }
        Exchange exchange = meters.timed(Operation.ofPath(path), () -> http.get(path, deadline));
        if (exchange instanceof Answered answer && answer.status() == 429) {
            throttled(answer);
        }
        return exchange;
    }

    /** Everybody waits as long as the vendor asks one to. */
    private @Nullable Duration throttled(Answered answer) {
        Duration retryAfter = RetryAfter.parse(answer.headers().getFirst("Retry-After"), clock);
        gate.pause(retryAfter == null ? UNSPOKEN_RETRY_AFTER : retryAfter);
        return retryAfter;
    }
}
