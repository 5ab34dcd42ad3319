package io.klinggateway.console;

import io.klinggateway.apiframe.UpstreamJob;
import io.klinggateway.generation.JobView;
import io.klinggateway.generation.TenantJobs;
import io.klinggateway.generation.TenantJobs.JobPage;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.Deliveries;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A tenant's own jobs. */
@Controller
@RequestMapping("/console/team/jobs")
class JobPages {

    static final String LIVE = "/live";

    private static final int PAGE = 24;
    private static final List<String> STATUSES =
            Arrays.stream(UpstreamJob.Status.values()).map(Enum::name).toList();

    private final TenantJobs jobs;
    private final Ledger ledger;
    private final Deliveries deliveries;

    JobPages(TenantJobs jobs, Ledger ledger, Deliveries deliveries) {
        this.jobs = jobs;
        this.ledger = ledger;
        this.deliveries = deliveries;
    }

    @GetMapping
    String gallery(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        String wanted = status != null && STATUSES.contains(status) ? status : null;
        JobPage page = jobs.list(
                caller.tenant().id(), wanted == null ? null : UpstreamJob.Status.valueOf(wanted), cursor, PAGE);
        model.addAttribute("jobs", page.jobs().stream().map(JobCard::of).toList());
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("first", cursor == null);
        model.addAttribute("status", wanted);
        model.addAttribute("statuses", STATUSES);
        return "console/team-jobs";
    }

    @GetMapping("/{id}")
    String job(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        show(caller, id, model);
        return "console/team-job";
    }

    /** The part of the page that changes while the job runs. */
    @GetMapping("/{id}" + LIVE)
    String live(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        show(caller, id, model);
        return "console/team-job :: live";
    }

    private void show(Caller caller, String id, Model model) {
        JobView job = Uuids.parse(id)
                .flatMap(uuid -> jobs.find(caller.tenant().id(), uuid))
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "Job not found")));
        GenerationId generation = new GenerationId(job.id());
        model.addAttribute("job", JobCard.of(job));
        model.addAttribute("entries", ledger.entries(generation));
        model.addAttribute(
                "delivery", deliveries.find(caller.tenant().id(), generation).orElse(null));
    }
}
