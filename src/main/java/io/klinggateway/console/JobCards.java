package io.klinggateway.console;

import io.klinggateway.generation.JobView;
import io.klinggateway.generation.Labels;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.picture.PictureCopy;
import io.klinggateway.picture.Pictures;
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
