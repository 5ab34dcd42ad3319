package io.klinggateway.simulator;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Jobs in the vendor's JSON: for the calls and for webhooks. */
final class JobView {

    static final String FAILURE = "Provider returned an error: content policy violation";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final SimulatedVendor vendor;
    private final JsonMapper json;
    private final String publicUrl;
    private final Duration filesKept;

    JobView(SimulatedVendor vendor, JsonMapper json, String publicUrl, Duration filesKept) {
        this.vendor = vendor;
        this.json = json;
        this.publicUrl = publicUrl;
        this.filesKept = filesKept;
    }

    /** A job as GET /v2/jobs/{id} shows it: {@code expired} only when it is. */
    ObjectNode single(SimulatedJob job) {
        var node = job(job);
        if (isExpired(job)) {
            node.put("expired", true);
        }
        return node;
    }

    ObjectNode listed(SimulatedJob job) {
        return job(job).put("expired", isExpired(job));
    }

    private ObjectNode job(SimulatedJob job) {
        var now = vendor.now();
        var status = job.statusAt(now);
        var webhook = vendor.webhookStatus(job);
        var node = json.createObjectNode()
                .put("id", job.id().toString())
                .put("status", status.name())
                .put("model", job.model())
                .put("progress", job.progressAt(now));
        node.set("result", result(job, status));
        return node.put("error", status == JobStatus.FAILED ? FAILURE : null)
                .put("creditCost", job.creditCostAt(now))
                .put("webhookStatus", webhook == null ? null : webhook.onTheWire())
                .put("createdAt", time(job.createdAt()))
                .put("completedAt", status.isTerminal() ? time(job.endsAt()) : null)
                .set("input", job.input());
    }

    private @Nullable ObjectNode result(SimulatedJob job, JobStatus status) {
        return status == JobStatus.COMPLETED
                ? json.createObjectNode().set("images", json.valueToTree(images(job)))
                : null;
    }

    private List<String> images(SimulatedJob job) {
        return IntStream.range(0, job.imageCount())
                .mapToObj(index -> publicUrl + "/files/" + job.id() + "/" + index + ".png")
                .toList();
    }

    boolean isExpired(SimulatedJob job) {
        return job.fate() == JobStatus.COMPLETED
                && (vendor.isPurged(job) || !vendor.now().isBefore(job.endsAt().plus(filesKept)));
    }

    ObjectNode completed(SimulatedJob job) {
        var node = webhook(job, "completed", JobStatus.COMPLETED).put("progress", 100);
        node.set("result", result(job, JobStatus.COMPLETED));
        return node.put("model", job.model())
                .put("creditCost", job.priceCredits())
                .put("completedAt", time(job.endsAt()));
    }

    ObjectNode failed(SimulatedJob job) {
        return webhook(job, "failed", JobStatus.FAILED).put("error", FAILURE).put("model", job.model());
    }

    ObjectNode progress(SimulatedJob job) {
        return webhook(job, "progress", JobStatus.PROCESSING)
                .put("progress", job.progressAt(vendor.now()))
                .put("model", job.model());
    }

    private ObjectNode webhook(SimulatedJob job, String event, JobStatus status) {
        return json.createObjectNode()
                .put("event", event)
                .put("jobId", job.id().toString())
                .put("status", status.name());
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }
}
