package io.klinggateway.console;

import io.klinggateway.ledger.GenerationId;
import io.klinggateway.picturestore.PictureArchive;
import io.klinggateway.picturestore.PictureArchive.Zip;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;

/** All stored images of a tenant's own job in one file. */
@Controller
@RequestMapping("/console/team/jobs/{id}/images.zip")
class PicturePages {

    private final PictureArchive archive;

    PicturePages(PictureArchive archive) {
        this.archive = archive;
    }

    @GetMapping
    void zip(@AuthenticationPrincipal Caller caller, @PathVariable String id, HttpServletResponse response)
            throws IOException {
        GenerationId generation = Uuids.parse(id).map(GenerationId::new).orElseThrow(PicturePages::notFound);
        Zip zip = archive.zip(caller.tenant().id(), generation).orElseThrow(PicturePages::notFound);
        response.setContentType("application/zip");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename(generation + ".zip")
                        .build()
                        .toString());
        zip.writeTo(response.getOutputStream());
    }

    private static ProblemException notFound() {
        return new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "No image of the job is stored"));
    }
}
