package io.klinggateway.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A job as it was accepted. All that happens to it afterwards follows from the time that has passed: a prompt with
 * {@code [fail]} ends FAILED, one with {@code [cancel]} CANCELLED, every other COMPLETED.
 *
 * @param input the request as it came; nobody may change it
 * @param apiKeyId the key that paid, which also signs the job's webhooks
 */
public record SimulatedJob(
        UUID id,
        Instant createdAt,
        @Nullable String idempotencyKey,
        UUID apiKeyId,
        Duration queuedFor,
        Duration processingFor,
        ObjectNode input) {

    public static final int CREDITS_PER_IMAGE = 2;

    static final Comparator<SimulatedJob> NEWEST_FIRST = Comparator.comparing(SimulatedJob::createdAt)
            .thenComparing(SimulatedJob::id)
            .reversed();

    public JobStatus statusAt(Instant now) {
        if (now.isBefore(startsAt())) {
            return JobStatus.QUEUED;
        }
        return now.isBefore(endsAt()) ? JobStatus.PROCESSING : fate();
    }

    /** The credits taken when the job was accepted. */
    public long priceCredits() {
        return priceCredits(input);
    }

    static long priceCredits(ObjectNode input) {
        return (long) CREDITS_PER_IMAGE * imageCount(input);
    }

    /** The price, or 0 once the job has been refunded. */
    public long creditCostAt(Instant now) {
        return isRefundedAt(now) ? 0 : priceCredits();
    }

    boolean isRefundedAt(Instant now) {
        return refunded() && !now.isBefore(endsAt());
    }

    boolean refunded() {
        return fate() != JobStatus.COMPLETED;
    }

    /** Percent while the job is on its way or completed, else nothing. */
    @Nullable
    Integer progressAt(Instant now) {
        return switch (statusAt(now)) {
            case QUEUED -> 0;
            case PROCESSING ->
                (int) (100 * Duration.between(startsAt(), now).toMillis() / Math.max(1, processingFor.toMillis()));
            case COMPLETED -> 100;
            case FAILED, CANCELLED -> null;
        };
    }

    Instant startsAt() {
        return createdAt.plus(queuedFor);
    }

    Instant endsAt() {
        return startsAt().plus(processingFor);
    }

    JobStatus fate() {
        if (prompt().contains("[fail]")) {
            return JobStatus.FAILED;
        }
        return prompt().contains("[cancel]") ? JobStatus.CANCELLED : JobStatus.COMPLETED;
    }

    String prompt() {
        return input.path("prompt").asString();
    }

    String model() {
        return input.path("model").asString();
    }

    int imageCount() {
        return imageCount(input);
    }

    private static int imageCount(ObjectNode input) {
        return params(input).path("n").asInt(1);
    }

    String aspectRatio() {
        return params(input).path("aspect_ratio").asString("1:1");
    }

    private static JsonNode params(ObjectNode input) {
        return input.path("klingImageParams");
    }
}
