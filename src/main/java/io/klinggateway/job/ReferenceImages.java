package io.klinggateway.job;

import io.klinggateway.generation.Admissions;
import io.klinggateway.generation.NewGeneration;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Caller;
import io.klinggateway.upload.Uploads;
import org.springframework.stereotype.Component;

/** Refuses a reference image that another team has uploaded, or that has expired, before anything is held. */
@Component
class ReferenceImages {

    private static final String PATH = "klingImageParams.image";

    private final Uploads uploads;
    private final Admissions admissions;

    ReferenceImages(Uploads uploads, Admissions admissions) {
        this.uploads = uploads;
        this.admissions = admissions;
    }

    /** @throws ProblemException a 400 that names the parameter */
    void check(Caller caller, ImageRequest request) {
        uploads.fault(caller.tenant().id(), request.referenceImage()).ifPresent(ReferenceImages::refuse);
    }

    /**
     * A call that is repeated is answered as its first one was, whatever has become of the image since.
     *
     * @throws ProblemException a 400 that names the parameter
     */
    void check(NewGeneration generation) {
        uploads.fault(generation.caller().tenant().id(), generation.request().referenceImage())
                .filter(_ -> !admissions.isKnown(generation))
                .ifPresent(ReferenceImages::refuse);
    }

    private static void refuse(String rule) {
        throw new ProblemException(Problem.invalid(PATH, rule));
    }
}
