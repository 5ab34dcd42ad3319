package io.klinggateway.console;

import io.klinggateway.generation.JobView;
import io.klinggateway.picture.PictureCopy;
import io.klinggateway.picture.PictureState;
import io.klinggateway.picture.Pictures;
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
    private static final int TITLE_LENGTH = 120;

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

    /** The prompt's beginning, in whole characters. */
    public String title() {
        if (prompt.isEmpty()) {
            return "Request deleted";
        }
        return prompt.codePointCount(0, prompt.length()) <= TITLE_LENGTH
                ? prompt
                : prompt.substring(0, prompt.offsetByCodePoints(0, TITLE_LENGTH)) + "…";
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

    /** Why there is no picture, in a word. */
    public String placeholder() {
        return job.expired() ? "Images expired" : open() ? "In progress" : job.result() == null ? "No image" : "Images";
    }

    public String requestJson() {
        return CodeSample.write(request);
    }
}
