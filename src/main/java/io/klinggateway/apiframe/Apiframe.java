package io.klinggateway.apiframe;

import io.klinggateway.apiframe.Exchange.Answered;
import io.klinggateway.apiframe.Exchange.Lost;
import io.klinggateway.apiframe.Exchange.NotWritten;
import io.klinggateway.apiframe.JobReading.Found;
import io.klinggateway.apiframe.JobReading.Missing;
import io.klinggateway.apiframe.JobReading.Unavailable;
import io.klinggateway.apiframe.SubmitOutcome.Accepted;
import io.klinggateway.apiframe.SubmitOutcome.Denied;
import io.klinggateway.apiframe.SubmitOutcome.InDoubt;
import io.klinggateway.apiframe.SubmitOutcome.Invalid;
import io.klinggateway.apiframe.SubmitOutcome.NotSent;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import io.klinggateway.apiframe.VendorMeters.Operation;
import io.klinggateway.imagerequest.ImageRequest;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * The vendor's API. Calls block the (virtual) thread that makes them and never throw for anything that the vendor or the
 * network does. A caller has taken its call of the account's rate before. Safe for use by many threads.
 */
@Component
@EnableConfigurationProperties(ApiframeSettings.class)
public class Apiframe {

    private static final Duration UNSPOKEN_RETRY_AFTER = Duration.ofSeconds(1);

    private static final Duration PATIENCE_FOR_READS = Duration.ofSeconds(10);

    /** apiframe: at most 100. */
    public static final int JOBS_PER_PAGE = 100;

    private final VendorHttp http;
    private final VendorJson json;
    private final @Nullable String previousKey;
    private final Clock clock;
    private final ApiframeSettings settings;
    private final VendorMeters meters;
    private final ApplicationEventPublisher events;

    Apiframe(
            VendorHttp http,
            ApiframeSettings settings,
            VendorApiKeys keys,
            Clock clock,
            VendorMeters meters,
            ApplicationEventPublisher events) {
        this.http = http;
        this.settings = settings;
        this.json = new VendorJson(keys.newestFirst());
        this.previousKey = keys.apiKeyPrevious();
        this.clock = clock;
        this.meters = meters;
        this.events = events;
    }

    /** The vendor that jobs of this gateway belong to: its base URL. */
    public String upstream() {
        return settings.upstream();
    }

    /** The account's rate, of all replicas together. */
    public int callsPerMinute() {
        return settings.requestsPerMinute();
    }

    /** How many calls may be begun now; 0 while the circuit breaker keeps them from a vendor that does not answer. */
    public int room() {
        return http.room();
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
        return switch (meters.timed(
                Operation.SUBMIT, () -> http.post("/v2/images/generate", body, idempotencyKey, deadline))) {
            case NotWritten notWritten -> new NotSent(notWritten.reason());
            case Lost lost -> new InDoubt(lost.reason());
            case Answered answered -> submitted(answered);
        };
    }

    private SubmitOutcome submitted(Answered answer) {
        JsonNode body = VendorJson.parse(answer.body());
        return switch (answer.status()) {
            case 200, 202 ->
                json.jobId(body.path("jobId"))
                        .<SubmitOutcome>map(Accepted::new)
                        .orElseGet(() -> new InDoubt("HTTP " + answer.status() + " without a job id"));
            case 400, 413, 422 -> new Invalid(json.error(body, "The vendor refused the request"), json.details(body));
            case 401, 402, 403, 404 -> new Denied(answer.status(), json.error(body, ""));
            case 429 -> new Throttled(throttled(answer));
            default -> new InDoubt("HTTP " + answer.status()); // 409 and 5xx among them
        };
    }

    /**
     * One page of the account's jobs of our model, newest first.
     *
     * @param cursor a page's {@code nextCursor}; null for the first
     */
    public JobListing list(@Nullable String cursor) {
        String path = "/v2/jobs?limit=" + JOBS_PER_PAGE + "&model=" + ImageRequest.MODEL
                + (cursor == null ? "" : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
        return switch (get(path)) {
            case NotWritten notWritten -> new JobListing.Unavailable(notWritten.reason());
            case Lost lost -> new JobListing.Unavailable(lost.reason());
            case Answered answer when answer.status() == 200 -> json.page(VendorJson.parse(answer.body()));
            case Answered answer -> new JobListing.Unavailable("HTTP " + answer.status());
        };
    }

    /** What the vendor's catalogue says that our model costs; empty if it does not say now. */
    public Optional<CataloguePrice> price() {
        return get("/v2/models?modality=image") instanceof Answered answer && answer.status() == 200
                ? VendorJson.price(VendorJson.parse(answer.body()))
                : Optional.empty();
    }

    /** The account that all tenants share; empty if the vendor does not tell now. */
    public Optional<VendorAccount> account() {
        return get("/v2/me") instanceof Answered answer && answer.status() == 200
                ? VendorJson.account(VendorJson.parse(answer.body()))
                : Optional.empty();
    }

    /**
     * Looks at one job. The vendor shows it to the user who made it alone: one that the present key does not know may have been
     * made with the previous key, as long as that is set.
     *
     * @param nextCall takes another call of the account's rate, if the previous key is asked, too
     */
    public JobReading read(VendorJobId job, BooleanSupplier nextCall) {
        String path = "/v2/jobs/" + job;
        JobReading reading = reading(get(path), job);
        if (previousKey == null || !(reading instanceof Missing)) {
            return reading;
        }
        if (!nextCall.getAsBoolean()) {
            return new Unavailable("no call of the rate is left for the previous key");
        }
        Exchange before = get(path, previousKey);
        boolean revoked = before instanceof Answered answer && (answer.status() == 401 || answer.status() == 403);
        return revoked ? new Missing(true) : reading(before, job);
    }

    private JobReading reading(Exchange exchange, VendorJobId job) {
        return switch (exchange) {
            case NotWritten notWritten -> new Unavailable(notWritten.reason());
            case Lost lost -> new Unavailable(lost.reason());
            case Answered answer ->
                switch (answer.status()) {
                    case 200 -> foundJob(answer, job);
                    case 404 -> new Missing(false);
                    default -> new Unavailable("HTTP " + answer.status());
                };
        };
    }

    private JobReading foundJob(Answered answer, VendorJobId asked) {
        Optional<VendorJob> job = json.job(VendorJson.parse(answer.body()));
        return job.filter(found -> found.id().equals(asked))
                .<JobReading>map(Found::new)
                .orElseGet(() -> new Unavailable("HTTP 200 without the job"));
    }

    /**
     * Sends a file once. What reading it throws ends the exchange.
     *
     * @param file read by this thread alone, as fast as the vendor takes it
     * @param contentType the file's
     * @param deadline the answer is not awaited beyond it; a read that blocks is not interrupted
     * @throws IOException what reading the file has thrown; the vendor has no whole file then
     */
    public UploadOutcome upload(InputStream file, String contentType, Deadline deadline) throws IOException {
        FileBody body = new FileBody(file, contentType);
        Exchange exchange = meters.timed(Operation.UPLOAD, () -> http.send("/v2/uploads", body, deadline));
        body.throwFault();
        return switch (exchange) {
            case NotWritten notWritten -> new UploadOutcome.NotSent(notWritten.reason());
            case Lost lost -> new UploadOutcome.Failed(lost.reason());
            case Answered answered -> uploaded(answered);
        };
    }

    private UploadOutcome uploaded(Answered answer) {
        JsonNode body = VendorJson.parse(answer.body());
        return switch (answer.status()) {
            case 200, 201 ->
                json.upload(body)
                        .<UploadOutcome>map(stored -> stored)
                        .orElseGet(() -> new UploadOutcome.Failed("HTTP " + answer.status() + " without a file"));
            case 400, 413, 415, 422 ->
                new UploadOutcome.Unacceptable(answer.status(), json.error(body, "The vendor refused the file"));
            case 401, 402, 403, 404 -> new UploadOutcome.Denied(answer.status(), json.error(body, ""));
            case 429 -> new UploadOutcome.Throttled(throttled(answer));
            default -> new UploadOutcome.Failed("HTTP " + answer.status());
        };
    }

    private Exchange get(String path) {
        return get(path, null);
    }

    /** @param otherKey null for the present one */
    private Exchange get(String path, @Nullable String otherKey) {
        Deadline deadline = Deadline.in(PATIENCE_FOR_READS);
        Exchange exchange = meters.timed(Operation.ofPath(path), () -> http.get(path, otherKey, deadline));
        if (exchange instanceof Answered answer && answer.status() == 429) {
            throttled(answer);
        }
        return exchange;
    }

    /** All calls, on all replicas, wait as long as the vendor asks one to. */
    private @Nullable Duration throttled(Answered answer) {
        Duration retryAfter = VendorRetryAfter.parse(answer.headers().getFirst("Retry-After"), clock);
        events.publishEvent(new VendorThrottled(retryAfter == null ? UNSPOKEN_RETRY_AFTER : retryAfter));
        return retryAfter;
    }
}
