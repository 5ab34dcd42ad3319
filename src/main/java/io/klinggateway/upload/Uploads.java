package io.klinggateway.upload;

import io.klinggateway.apiframe.Apiframe;
import io.klinggateway.apiframe.Deadline;
import io.klinggateway.apiframe.UploadOutcome;
import io.klinggateway.apiframe.UploadOutcome.Denied;
import io.klinggateway.apiframe.UploadOutcome.Failed;
import io.klinggateway.apiframe.UploadOutcome.NotSent;
import io.klinggateway.apiframe.UploadOutcome.Stored;
import io.klinggateway.apiframe.UploadOutcome.Throttled;
import io.klinggateway.apiframe.UploadOutcome.Unacceptable;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.queue.VendorRateLimiter;
import io.klinggateway.queue.VendorRateLimiter.Purpose;
import io.klinggateway.support.FairSlots;
import io.klinggateway.tenant.Caller;
import io.klinggateway.upload.UploadRepository.Ownership;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/**
 * Passes files on to the vendor, each while it is read: a replica holds a megabyte of one at most, and nothing on its disk. An
 * upload costs no credits and may be sent again. Whose a file is is on record once the vendor has it; where that record is
 * missing, the file is known to belong to nobody.
 */
@Component
public class Uploads {

    /** Of one file (apiframe: 25 MB). */
    public static final long LARGEST_BYTES = UploadedFile.LARGEST_BYTES;

    private static final Logger log = LoggerFactory.getLogger(Uploads.class);
    private static final Duration PATIENCE_FOR_CALL = Duration.ofSeconds(5);
    private static final Duration VENDOR_RETRY = Duration.ofSeconds(5);
    private static final Duration ACCOUNT_RETRY = Duration.ofSeconds(30);

    private final Apiframe apiframe;
    private final VendorRateLimiter rate;
    private final UploadRepository uploads;
    private final UploadSlots slots;
    private final UploadSettings settings;

    Uploads(
            Apiframe apiframe,
            VendorRateLimiter rate,
            UploadRepository uploads,
            UploadSlots slots,
            UploadSettings settings) {
        this.apiframe = apiframe;
        this.rate = rate;
        this.uploads = uploads;
        this.slots = slots;
        this.settings = settings;
    }

    /**
     * Passes the file in a request's body on to the vendor, for which it takes its turn.
     *
     * @param request a form whose part {@code file} is an image; nothing of its body has been read yet
     * @throws ProblemException if it is no such form, the image is too large, the team or this replica has no room for it, or
     *     the vendor does not take it; it may be sent again then
     * @throws UncheckedIOException if its sender hangs up
     */
    public Upload pass(Caller caller, HttpServletRequest request) {
        try {
            return passOn(caller, request);
        } catch (IOException broken) {
            throw UnreadBody.problem(broken);
        } catch (ProblemException refused) {
            UnreadBody.discard(request);
            throw refused;
        }
    }

    private Upload passOn(Caller caller, HttpServletRequest request) throws IOException {
        try (FairSlots.Slot _ = slots.take(caller.tenant().id())) {
            Deadline deadline = Deadline.in(settings.timeout());
            return Upload.of(stored(caller, UploadedFile.in(request, deadline), deadline));
        }
    }

    private Stored stored(Caller caller, UploadedFile file, Deadline deadline) throws IOException {
        TenantId tenant = caller.tenant().id();
        long reserved = file.mostBytes();
        LocalDate day = uploads.reserve(tenant, reserved, settings).orElseThrow(this::usedUp);
        Stored stored = null;
        try {
            stored = send(file, deadline);
        } finally {
            giveBack(tenant, day, stored == null ? 1 : 0, stored == null ? reserved : reserved - file.bytesRead());
        }
        record(caller, stored);
        return stored;
    }

    private Stored send(UploadedFile file, Deadline deadline) throws IOException {
        if (!rate.take(Purpose.UPLOAD, PATIENCE_FOR_CALL)) {
            throw new ProblemException(
                    Problem.of(ProblemCode.RATE_LIMITED, "The vendor's rate is used up for now; try again"),
                    VENDOR_RETRY);
        }
        UploadOutcome outcome = apiframe.upload(file, file.type().contentType(), deadline);
        if (outcome instanceof Stored stored) {
            return stored;
        }
        log.warn("a file was not uploaded: {}", outcome);
        throw refusal(outcome);
    }

    private static ProblemException refusal(UploadOutcome outcome) {
        return switch (outcome) {
            case Stored _ -> throw new IllegalArgumentException("no refusal");
            case Unacceptable unacceptable -> new ProblemException(unacceptable(unacceptable));
            case Denied denied ->
                new ProblemException(
                        Problem.of(
                                ProblemCode.UPSTREAM_ACCOUNT,
                                "The gateway's vendor account cannot be used for uploads now (HTTP " + denied.status()
                                        + "); the operators know"),
                        ACCOUNT_RETRY);
            case Throttled throttled -> {
                Duration asked = throttled.retryAfter();
                yield new ProblemException(
                        Problem.of(ProblemCode.RATE_LIMITED, "The vendor's rate is used up for now; try again"),
                        asked == null ? VENDOR_RETRY : asked);
            }
            case NotSent _ ->
                new ProblemException(
                        Problem.of(ProblemCode.UPSTREAM_UNAVAILABLE, "The vendor cannot be reached now; try again"),
                        VENDOR_RETRY);
            case Failed _ ->
                new ProblemException(
                        Problem.of(ProblemCode.UPSTREAM_FAILED, "The vendor failed to keep the file; try again"));
        };
    }

    private static Problem unacceptable(Unacceptable file) {
        return switch (file.status()) {
            case 413 -> Problem.of(ProblemCode.BODY_TOO_LARGE, file.error());
            case 415 -> Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, file.error());
            default -> Problem.of(ProblemCode.VALIDATION_FAILED, file.error());
        };
    }

    private ProblemException usedUp() {
        return new ProblemException(
                Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "The team may upload " + settings.filesPerDay() + " files and "
                                + settings.bytesPerDay().toMegabytes() + " MB a day; this limit is reached"),
                uploads.untilTomorrow());
    }

    /** What is not given back counts for the rest of the day. */
    private void giveBack(TenantId tenant, LocalDate day, int files, long bytes) {
        if (files > 0 || bytes > 0) {
            quietly("what an upload did not need", () -> uploads.giveBack(tenant, day, files, bytes));
        }
    }

    /** The vendor has the file, whether the database takes note of it or not. */
    private void record(Caller caller, Stored file) {
        quietly("whose the vendor's file " + file.id() + " is", () -> uploads.record(caller, file));
    }

    private static void quietly(String what, Runnable statement) {
        try {
            statement.run();
        } catch (DataAccessException | TransactionException away) {
            log.warn("{} is not on record: {}", what, away.getMessage());
        }
    }

    /**
     * Forgets whose files are that a team has uploaded until then. The vendor keeps them for as long as it says.
     *
     * @return how many, at most {@code most}
     */
    @Transactional(propagation = Propagation.MANDATORY)
    public int erase(TenantId tenant, Instant until, int most) {
        return uploads.erase(tenant, until, most);
    }

    /**
     * Why a team may not name a URL in a request: another team has uploaded what is there, or it has expired.
     *
     * @param url null for none
     * @return the rule that it breaks; empty if it breaks none, as a URL that nobody has uploaded
     */
    public Optional<String> fault(TenantId tenant, @Nullable String url) {
        if (url == null) {
            return Optional.empty();
        }
        return uploads.ownership(tenant, url).filter(found -> !found.usable()).map(Uploads::rule);
    }

    private static String rule(Ownership found) {
        return found.own()
                ? "has expired: the vendor has deleted what was uploaded; upload it again"
                : "must not be another team's upload";
    }
}
