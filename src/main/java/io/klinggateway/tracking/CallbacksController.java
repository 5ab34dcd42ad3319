package io.klinggateway.tracking;

import io.klinggateway.apiframe.VendorSignature;
import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.generation.VendorCallbackUrls;
import io.klinggateway.generation.VendorIdempotencyKey;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * Where the vendor says that a job has ended. A signature covers no time, so a genuine call may be an old one: it is a
 * hint to look at the job now, whatever it says, and nothing in it is read. Its size was capped before it came here.
 */
@RestController
@Hidden
class CallbacksController {

    private static final Logger log = LoggerFactory.getLogger(CallbacksController.class);
    private static final String SIGNATURE = "X-Webhook-Signature";

    private final VendorCallbackUrls callbacks;
    private final VendorSignature signature;
    private final TrackingRepository tracking;
    private final BackgroundLoop sweepLoop;

    CallbacksController(
            VendorCallbackUrls callbacks,
            VendorSignature signature,
            TrackingRepository tracking,
            BackgroundLoop sweepLoop) {
        this.callbacks = callbacks;
        this.signature = signature;
        this.tracking = tracking;
        this.sweepLoop = sweepLoop;
    }

    @PostMapping(VendorCallbackUrls.PATH + "{token}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void called(@PathVariable String token, HttpServletRequest request) throws IOException {
        // Before a byte of the body is read: anybody can post here.
        VendorIdempotencyKey key = callbacks
                .subject(token)
                .map(VendorCallbackUrls.Subject::key)
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "Not found")));
        byte[] body = request.getInputStream().readAllBytes();
        if (!signature.isGenuine(body, request.getHeader(SIGNATURE))) {
            throw new ProblemException(Problem.of(ProblemCode.API_KEY_INVALID, "Invalid signature"));
        }
        log.debug("the vendor hints at the job of key {}", key);
        tracking.hint(key);
        sweepLoop.wake();
    }
}
