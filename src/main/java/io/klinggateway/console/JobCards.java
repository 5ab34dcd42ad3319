package io.klinggateway.console;

import io.klinggateway.generation.JobView;
import io.klinggateway.generation.Labels;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.job.TenantJobs.PlacedJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.picturestore.PictureCopy;
import io.klinggateway.picturestore.Pictures;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** Jobs with the images that are to be had of them, wherever those are. */
@Component
class JobCards {

    private final TenantJobs jobs;
    private final Pictures pictures;

    JobCards(TenantJobs jobs, Pictures pictures) {
        this.jobs = jobs;
        this.pictures = pictures;
    }

    /** The tenant's newest ones, and what it has waiting and running. */
    void showNewest(TenantId tenant, int most, Model model) {
        model.addAttribute(
                "jobs", of(jobs.list(tenant, null, Labels.NONE, null, most).items()));
        model.addAttribute("queue", jobs.queue(tenant));
    }

    /** The newest that the caller's key has asked for. */
    List<JobCard> latest(Caller caller, int most) {
        return of(jobs.latest(caller, most));
    }

    /**
     * A job, and its place in the queue if it has one.
     *
     * @throws ProblemException if it is not the tenant's
     */
    PlacedJob show(TenantId tenant, UUID id, Model model) {
        PlacedJob found = jobs.findWithPlace(tenant, id).orElseThrow(JobCards::notFound);
        model.addAttribute("job", of(List.of(found.job())).getFirst());
        model.addAttribute("place", found.place());
        return found;
    }

    /** @throws ProblemException if no job has such an id */
    static UUID id(String text) {
        return Uuids.parse(text).orElseThrow(JobCards::notFound);
    }

    private static ProblemException notFound() {
        return new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "Job not found"));
    }

    /** Another tenant's job is none. */
    Optional<JobCard> find(TenantId tenant, UUID id) {
        return jobs.find(tenant, id).map(job -> of(List.of(job)).getFirst());
    }

    List<JobCard> of(List<JobView> jobs) {
        Map<GenerationId, List<PictureCopy>> copies = pictures.copies(
                jobs.stream().map(job -> new GenerationId(job.id())).toList());
        return jobs.stream()
                .map(job -> JobCard.of(job, copies.getOrDefault(new GenerationId(job.id()), List.of()), pictures))
                .toList();
    }
}
