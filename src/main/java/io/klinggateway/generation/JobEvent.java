package io.klinggateway.generation;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the vendor's webhooks say of a job, about ours: with our id and the tenant's cost. */
public sealed interface JobEvent {

    /** As in {@code webhookEvents}. */
    @JsonProperty("event")
    String event();

    /** Whether no other follows. */
    default boolean last() {
        return !(this instanceof Progress);
    }

    static JobEvent of(JobView job) {
        return switch (job.status()) {
            case "COMPLETED" ->
                new Completed(
                        job.id(),
                        job.status(),
                        100,
                        job.result(),
                        job.model(),
                        job.creditCost(),
                        Objects.requireNonNull(job.completedAt()));
            case "FAILED" -> new Failed(job.id(), job.status(), errorOf(job, "The job failed"), job.model());
            case "CANCELLED" -> new Failed(job.id(), job.status(), errorOf(job, "The job was cancelled"), job.model());
            default -> new Progress(job.id(), job.status(), Objects.requireNonNullElse(job.progress(), 0), job.model());
        };
    }

    /** The vendor's {@code error} is never null here. */
    private static String errorOf(JobView job, String otherwise) {
        return Objects.requireNonNullElse(job.error(), otherwise);
    }

    @JsonPropertyOrder("event")
    record Completed(
            UUID jobId,
            String status,
            int progress,
            JobView.@Nullable Result result,
            String model,
            long creditCost,
            Instant completedAt)
            implements JobEvent {

        @Override
        public String event() {
            return "completed";
        }
    }

    /** FAILED, or CANCELLED, for which the vendor has no event of its own. */
    @JsonPropertyOrder("event")
    record Failed(UUID jobId, String status, String error, String model) implements JobEvent {

        @Override
        public String event() {
            return "failed";
        }
    }

    @JsonPropertyOrder("event")
    record Progress(UUID jobId, String status, int progress, String model) implements JobEvent {

        @Override
        public String event() {
            return "progress";
        }
    }
}
