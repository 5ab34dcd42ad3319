package io.klinggateway.console;

import io.klinggateway.generation.JobView;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.picturestore.PictureCopy;
import io.klinggateway.picturestore.Pictures;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An image that a browser may load.
 *
 * @param url of the whole
 * @param thumbnail the same, or a smaller one
 * @param reference where the vendor finds it
 * @param download the same, to be kept as a file; null if the gateway has no copy
 */
record CardImage(
        String url,
        String thumbnail,
        String reference,
        @Nullable String download) {

    /** Ours where they are stored, the vendor's else. */
    static List<CardImage> of(JobView job, List<PictureCopy> copies, Pictures pictures) {
        if (job.result() == null || job.expired()) {
            return List.of();
        }
        List<String> shown = job.result().images();
        if (copies.isEmpty()) {
            return shown.stream()
                    .filter(Formats.INSTANCE::isImageUrl)
                    .map(url -> new CardImage(url, url, url, null))
                    .toList();
        }
        // Where one is to be had no more, those that are left have moved up.
        boolean complete = shown.size() == copies.size();
        List<CardImage> images = new ArrayList<>();
        GenerationId id = new GenerationId(job.id());
        for (PictureCopy copy : copies) {
            String path = pictures.path(id, copy);
            String url = complete ? shown.get(copy.number() - 1) : "";
            String reference = pictures.reference(id, copy);
            if (path != null) {
                images.add(new CardImage(path, path + "&size=small", reference, path + "&download"));
            } else if (Formats.INSTANCE.isImageUrl(url)) {
                images.add(new CardImage(url, url, reference, null));
            }
        }
        return images;
    }
}
