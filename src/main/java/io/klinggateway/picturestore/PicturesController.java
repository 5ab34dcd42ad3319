package io.klinggateway.picturestore;

import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.FairSlots;
import io.klinggateway.support.FairSlots.Slot;
import io.klinggateway.support.ImageType;
import io.swagger.v3.oas.annotations.Hidden;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Conditional;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.ServletWebRequest;

/** Serves pictures to whoever has a URL that the gateway signed. What is not stored yet is passed through from the vendor. */
@RestController
@Hidden
@Conditional(StoreConfigured.class)
class PicturesController {

    private static final Logger log = LoggerFactory.getLogger(PicturesController.class);

    /** A picture never changes; but it may be erased. */
    private static final String CACHED = "private, max-age=3600";

    /** A value of {@code size}, and the only one. */
    private static final String SMALL = "small";

    private static final int MOST_AT_ONCE = 64;

    /** Each lies on the disk until it is sent. */
    private static final int MOST_PASSED_AT_ONCE = 8;

    private static final Duration RETRY = Duration.ofSeconds(2);

    private final PictureRepository pictures;
    private final PictureLinks links;
    private final PictureStore store;
    private final ObjectNames names;
    private final VendorPictures vendor;
    private final PictureMeters meters;
    private final FairSlots<TenantId> passing = new FairSlots<>(MOST_PASSED_AT_ONCE, MOST_PASSED_AT_ONCE / 2);
    private final FairSlots<TenantId> slots = new FairSlots<>(MOST_AT_ONCE, MOST_AT_ONCE / 4);

    PicturesController(
            PictureRepository pictures,
            PictureLinks links,
            PictureStore store,
            ObjectNames names,
            VendorPictures vendor,
            PictureMeters meters) {
        this.pictures = pictures;
        this.links = links;
        this.store = store;
        this.names = names;
        this.vendor = vendor;
        this.meters = meters;
    }

    @GetMapping(PictureLinks.PATH + "{generation}/{file}")
    void picture(
            @PathVariable String generation,
            @PathVariable String file,
            @RequestParam(required = false) @Nullable String expires,
            @RequestParam(required = false) @Nullable String signature,
            @RequestParam(required = false) @Schema(allowableValues = SMALL) @Nullable String size,
            @RequestParam(required = false) @Nullable String download,
            ServletWebRequest request)
            throws IOException {
        PictureId id = links.read(generation, file, expires, signature)
                .orElseThrow(
                        () -> notFound("No such picture, or its URL has expired: read the job again for a new one"));
        PictureRecord found = pictures.find(id).orElseThrow(PicturesController::gone);
        try (Slot _ = room(slots, found)) {
            ServedPicture served = new ServedPicture(found, SMALL.equals(size), download != null, request);
            if (found.state() == PictureState.STORED) {
                serve(served);
            } else if (found.state() == PictureState.PENDING && !found.vendorOver()) {
                passThrough(served);
            } else {
                throw gone();
            }
        }
    }

    private static Slot room(FairSlots<TenantId> slots, PictureRecord picture) {
        return slots.take(picture.tenant(), () -> unavailable("Too many pictures are being downloaded; try again"));
    }

    /**
     * What is served to whom.
     *
     * @param small the thumbnail, if there is one
     * @param download to be kept as a file
     */
    private record ServedPicture(PictureRecord picture, boolean small, boolean download, ServletWebRequest exchange) {

        HttpServletRequest request() {
            return exchange.getRequest();
        }

        HttpServletResponse response() {
            return Objects.requireNonNull(exchange.getResponse());
        }

        boolean isHead() {
            return HttpMethod.HEAD.matches(request().getMethod());
        }

        void describe(ImageType type) {
            response().setContentType(type.contentType());
            response()
                    .setHeader(
                            HttpHeaders.CONTENT_DISPOSITION,
                            (download ? ContentDisposition.attachment() : ContentDisposition.inline())
                                    .filename(picture.fileName(type))
                                    .build()
                                    .toString());
        }
    }

    private void serve(ServedPicture served) throws IOException {
        PictureRecord picture = served.picture();
        HttpServletResponse response = served.response();
        Long thumbnail = served.small() ? picture.thumbnailBytes() : null;
        ImageType type = thumbnail == null && picture.type() != null ? picture.type() : Thumbnail.TYPE;
        long size = thumbnail == null ? picture.bytes() : thumbnail;
        String name = thumbnail == null ? names.of(picture.id()) : names.ofThumbnail(picture.id());
        String etag = "\"" + picture.sha256() + (thumbnail == null ? "\"" : "-small\"");
        response.setHeader(HttpHeaders.CACHE_CONTROL, CACHED);
        if (served.exchange().checkNotModified(etag)) {
            return;
        }
        ServedRange range =
                ServedRange.of(rangeOf(served.request(), etag), size).orElse(null);
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        if (range == null) {
            response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + size);
            response.setStatus(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE.value());
            return;
        }
        try (InputStream bytes = served.isHead() ? InputStream.nullInputStream() : open(name, range)) {
            served.describe(type);
            response.setContentLengthLong(range.length());
            if (range.partial()) {
                response.setStatus(HttpStatus.PARTIAL_CONTENT.value());
                response.setHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(size));
            }
            long sent = bytes.transferTo(response.getOutputStream());
            if (sent < range.length() && !served.isHead()) {
                meters.servingFailed();
                throw new IOException("the store gives fewer bytes of a picture than are recorded: " + name);
            }
        } catch (IOException | ProblemException failure) {
            forget(response);
            throw failure;
        }
    }

    /** What was said of the picture does not hold of the problem that is said instead. */
    private static void forget(HttpServletResponse response) {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        response.setContentLengthLong(-1);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        for (String header : List.of(
                HttpHeaders.ETAG,
                HttpHeaders.ACCEPT_RANGES,
                HttpHeaders.CONTENT_RANGE,
                HttpHeaders.CONTENT_DISPOSITION)) {
            response.setHeader(header, null);
        }
    }

    /** A part of what the caller has is of use only if it is still the same. */
    private static @Nullable String rangeOf(HttpServletRequest request, String etag) {
        String condition = request.getHeader(HttpHeaders.IF_RANGE);
        return condition == null || condition.equals(etag) ? request.getHeader(HttpHeaders.RANGE) : null;
    }

    private InputStream open(String name, ServedRange range) {
        try {
            return store.open(name, range.offset(), range.length());
        } catch (FileNotFoundException missing) {
            meters.servingFailed();
            log.error("a picture that was stored is not in the store: {}", name);
            throw gone();
        } catch (IOException failure) {
            meters.servingFailed();
            log.warn("the store does not give pictures: {}", failure.getMessage());
            throw unavailable("The picture cannot be read now; try again");
        }
    }

    /** Whole before anything is said: the vendor's answer may end at any byte. */
    private void passThrough(ServedPicture served) throws IOException {
        HttpServletResponse response = served.response();
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        try (Slot _ = room(passing, served.picture())) {
            vendor.fetch(served.picture().vendorUrl(), (type, bytes) -> {
                if (served.isHead()) {
                    served.describe(type);
                    return;
                }
                try (SpooledPicture whole = SpooledPicture.of(type, bytes)) {
                    served.describe(type);
                    response.setContentLengthLong(whole.length());
                    whole.open().transferTo(response.getOutputStream());
                }
            });
        } catch (PictureNotFetched failure) {
            throw unavailable("The picture is not stored yet, and the vendor does not give it now; try again");
        }
    }

    private static ProblemException notFound(String detail) {
        return new ProblemException(Problem.of(ProblemCode.NOT_FOUND, detail));
    }

    private static ProblemException gone() {
        return notFound("The picture is no longer kept");
    }

    private static ProblemException unavailable(String detail) {
        return new ProblemException(Problem.of(ProblemCode.OVERLOADED, detail), RETRY);
    }
}
