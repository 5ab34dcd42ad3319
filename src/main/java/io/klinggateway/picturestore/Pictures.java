package io.klinggateway.picturestore;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.picturestore.PictureSettings.Serving;
import io.klinggateway.picturestore.PictureSettings.StoreKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The images of completed generations, and where they are to be had: at the vendor, here, or no more. */
@Component
public class Pictures {

    private final PictureRepository pictures;
    private final PictureLinks links;
    private final PictureSettings settings;

    Pictures(PictureRepository pictures, PictureLinks links, PictureSettings settings) {
        this.pictures = pictures;
        this.links = links;
        this.settings = settings;
    }

    private boolean areKept() {
        return settings.store() != StoreKind.NONE;
    }

    /**
     * Takes the images into the caller's transaction, if images are kept at all; once that is committed, they are copied.
     * Repeating it for a generation changes nothing.
     *
     * @param vendorUrls in the order of the result
     * @param madeAt when the vendor took the job, by its own clock: its retention begins there; null if it does not say
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void keep(GenerationId generation, TenantId tenant, List<String> vendorUrls, @Nullable Instant madeAt) {
        if (areKept() && !vendorUrls.isEmpty()) {
            pictures.keep(generation, tenant, vendorUrls, madeAt, settings.vendorRetention());
        }
    }

    /** Of those generations whose images are kept, or are to be; in the order of the images. */
    public Map<GenerationId, List<PictureCopy>> copies(Collection<GenerationId> generations) {
        return areKept() && !generations.isEmpty() ? pictures.copies(generations) : Map.of();
    }

    /** The vendor has deleted the images of a generation, sooner than it was to be expected or not. */
    public void purged(GenerationId generation) {
        if (areKept()) {
            pictures.purged(generation);
        }
    }

    /**
     * Takes the erasure of all pictures of the generations into the caller's transaction: nobody sees them any more, and their
     * bytes are deleted soon.
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public void erase(Collection<GenerationId> generations) {
        if (!generations.isEmpty()) {
            pictures.erase(generations);
        }
    }

    /**
     * Takes into the caller's transaction the erasure of pictures that are older than their tenant's requests are kept, whether
     * or not their generations have one.
     *
     * @param age of requests, for tenants that have none of their own
     * @return how many, at most {@code most}
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public int eraseOlderThanRequests(Duration age, int most) {
        return pictures.eraseOlderThanRequests(age, most);
    }

    /**
     * What a tenant is shown of a completed generation.
     *
     * @param vendorUrls in the order of the result; an empty one was erased
     * @param vendorPurged whether the vendor has said that it has deleted them
     * @param copies of the same generation
     */
    public ShownPictures shown(
            GenerationId generation, List<String> vendorUrls, boolean vendorPurged, List<PictureCopy> copies) {
        Map<Integer, PictureCopy> byNumber =
                copies.stream().collect(Collectors.toMap(PictureCopy::number, Function.identity()));
        boolean someStored = copies.stream().anyMatch(PictureCopy::isStored);
        List<String> urls = new ArrayList<>();
        for (int number = 1; number <= vendorUrls.size(); number++) {
            String vendorUrl = vendorUrls.get(number - 1);
            PictureCopy copy = byNumber.get(number);
            if (copy != null && isOurs(copy, vendorPurged)) {
                urls.add(links.url(generation, copy));
            } else if (!vendorUrl.isEmpty() && !(vendorPurged && someStored)) {
                urls.add(vendorUrl);
            }
        }
        return new ShownPictures(urls, vendorPurged && !someStored);
    }

    private boolean isOurs(PictureCopy copy, boolean vendorPurged) {
        boolean vendorHasIt = !vendorPurged && !copy.vendorOver();
        return switch (copy.state()) {
            case STORED -> settings.serve() == Serving.GATEWAY || !vendorHasIt;
            // Passed through until it is stored.
            case PENDING -> settings.serve() == Serving.GATEWAY && vendorHasIt;
            case GAVE_UP -> false;
        };
    }

    /** Where a page of the gateway's own finds a picture; null if it is not stored. */
    public @Nullable String path(GenerationId generation, PictureCopy copy) {
        return copy.isStored() ? links.path(generation, copy) : null;
    }

    /** Where the vendor itself finds a picture: its own URL as long as that is good, then ours, if it is stored. */
    public String reference(GenerationId generation, PictureCopy copy) {
        return copy.vendorOver() && copy.isStored() ? links.url(generation, copy) : copy.vendorUrl();
    }
}
