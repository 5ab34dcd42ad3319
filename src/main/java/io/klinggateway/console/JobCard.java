package io.klinggateway.console;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.generation.JobView;
import io.klinggateway.imagerequest.AspectRatio;
import io.klinggateway.imagerequest.KlingVersion;
import io.klinggateway.picturestore.PictureCopy;
import io.klinggateway.picturestore.PictureState;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.queue.QueuePosition;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A job for looking at.
 *
 * @param request what was asked for; empty once it is deleted
 * @param prompt empty once it is deleted
 * @param images those that are to be had
 * @param lost images of which the gateway has no copy, and never will
 */
record JobCard(JobView job, JsonNode request, String prompt, List<CardImage> images, long lost) {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int TITLE_LENGTH = 100;
    private static final int SHORT_LENGTH = 60;
    private static final int REASON_LENGTH = 110;
    private static final Duration SOON = Duration.ofMinutes(1);

    static JobCard of(JobView job, List<PictureCopy> copies, Pictures pictures) {
        JsonNode request = job.input() == null ? JSON.createObjectNode() : JSON.readTree(job.input());
        return new JobCard(
                job,
                request,
                request.path("prompt").asString(""),
                CardImage.of(job, copies, pictures),
                copies.stream()
                        .filter(copy -> copy.state() == PictureState.GAVE_UP)
                        .count());
    }

    public UUID id() {
        return job.id();
    }

    public String status() {
        return job.status();
    }

    public boolean open() {
        return job.completedAt() == null;
    }

    /** Whether a webhook will be told of the end that is still to come. */
    public boolean awaitsWebhook() {
        return open() && request.hasNonNull("webhookUrl");
    }

    /** The prompt's beginning. */
    public String title() {
        return title(TITLE_LENGTH);
    }

    /** As much of it as a tab or a link has room for. */
    public String shortTitle() {
        return title(SHORT_LENGTH);
    }

    private String title(int most) {
        return prompt.isEmpty() ? "Request deleted" : beginning(prompt, most);
    }

    /** In whole characters, and in whole words where that costs little. */
    private static String beginning(String text, int most) {
        if (text.codePointCount(0, text.length()) <= most) {
            return text;
        }
        String cut = text.substring(0, text.offsetByCodePoints(0, most));
        int space = cut.lastIndexOf(' ');
        return (space > cut.length() * 3 / 4 ? cut.substring(0, space) : cut).replaceFirst("[\\s,;:.-]+$", "") + "…";
    }

    /** Whether the images are to be higher than wide. */
    public boolean isPortrait() {
        String asked = asked().aspectRatio();
        return Arrays.stream(AspectRatio.values())
                .anyMatch(ratio -> ratio.isTall() && ratio.wire().equals(asked));
    }

    /** What makes the images if the request does not say. */
    public String defaultVersion() {
        return KlingVersion.DEFAULT.wire();
    }

    /** The request as a form has it. */
    public TryForm asked() {
        return TryForm.of(request, "");
    }

    /** The form that asks for the same again. What is the default then, and who is told of it, is decided then. */
    TryForm repeated(String idempotencyKey) {
        TryForm form = TryForm.of(request, idempotencyKey);
        return job.webhookIsDefault() ? form.withoutWebhook() : form;
    }

    /**
     * The URL under which the vendor finds an image.
     *
     * @param number from 0
     */
    Optional<String> reference(int number) {
        return number >= 0 && number < images.size()
                ? Optional.of(images.get(number).reference())
                : Optional.empty();
    }

    public @Nullable String thumbnail() {
        return images.isEmpty() ? null : images.getFirst().thumbnail();
    }

    /** Whether the gateway has copies to be downloaded together. */
    public boolean hasArchive() {
        return images.stream().filter(image -> image.download() != null).count() > 1;
    }

    public int progress() {
        return job.progress() == null ? 0 : job.progress();
    }

    /** Whether there is a picture that tells by itself how the job has ended. */
    public boolean isShown() {
        return !images.isEmpty();
    }

    /** Why there is no picture, in a few words; empty if the state says it all. */
    public String reason() {
        if (job.expired()) {
            return "The images are no longer available";
        }
        return switch (state()) {
            case QUEUED -> "Waits for its turn";
            case PROCESSING -> job.progress() == null ? "" : progress() + " %";
            case COMPLETED -> lost > 0 ? "The images were lost" : "No image";
            case FAILED, CANCELLED -> job.error() == null ? "" : beginning(job.error(), REASON_LENGTH);
        };
    }

    /**
     * What is read aloud when the job has come to it.
     *
     * @param place null if it does not wait in the queue
     */
    public String announcement(@Nullable QueuePosition place) {
        return switch (state()) {
            case QUEUED -> place == null ? "Sent to the vendor" : "Waits in the queue";
            case PROCESSING -> "In progress";
            case COMPLETED -> "Completed: " + Formats.INSTANCE.count(images.size(), "image");
            case FAILED, CANCELLED -> Formats.INSTANCE.state(status()) + (reason().isEmpty() ? "" : ": " + reason());
        };
    }

    /** When a page that shows an open job is to ask again: less often for one that has long to wait. */
    public String asksEvery(@Nullable QueuePosition place) {
        return place != null && place.startsIn().compareTo(SOON) > 0 ? "every 10s" : "every 2s";
    }

    private VendorJob.Status state() {
        return VendorJob.Status.valueOf(job.status());
    }

    public String requestJson() {
        return CodeSample.write(request);
    }
}
