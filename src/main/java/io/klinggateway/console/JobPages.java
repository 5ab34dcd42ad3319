package io.klinggateway.console;

import io.klinggateway.apiframe.VendorJob;
import io.klinggateway.generation.JobView;
import io.klinggateway.generation.Labels;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.job.TenantJobs.PlacedJob;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.support.Page;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.Deliveries;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A tenant's own jobs. */
@Controller
@RequestMapping("/console/team/jobs")
class JobPages {

    private static final String JOBS = "/console/team/jobs/";
    private static final int PAGE = 24;
    private static final List<String> STATUSES =
            Arrays.stream(VendorJob.Status.values()).map(Enum::name).toList();

    private final TenantJobs jobs;
    private final Ledger ledger;
    private final Deliveries deliveries;
    private final JobCards cards;
    private final Refused refused;

    JobPages(TenantJobs jobs, Ledger ledger, Deliveries deliveries, JobCards cards, Refused refused) {
        this.jobs = jobs;
        this.ledger = ledger;
        this.deliveries = deliveries;
        this.cards = cards;
        this.refused = refused;
    }

    @GetMapping
    String gallery(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(required = false) @Nullable String label,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        String pairs = label == null || label.isBlank() ? null : label.strip();
        Labels labels = pairs == null ? Labels.NONE : Labels.filter(pairs).orElse(null);
        String wanted = status != null && STATUSES.contains(status) ? status : null;
        Page<JobView> page = jobs.list(
                caller.tenant().id(),
                wanted == null ? null : VendorJob.Status.valueOf(wanted),
                labels == null ? Labels.NONE : labels,
                cursor,
                PAGE);
        model.addAttribute("jobs", cards.of(page.items()));
        model.addAttribute("queue", jobs.queue(caller.tenant().id()));
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("first", cursor == null);
        model.addAttribute("status", wanted);
        model.addAttribute("statuses", STATUSES);
        model.addAttribute("label", pairs);
        model.addAttribute("labelRule", labels == null ? Labels.FILTER_RULE : null);
        return "console/team-jobs";
    }

    @GetMapping("/{id}")
    String job(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        show(caller, id, model);
        return "console/team-job";
    }

    /** The part of the page that changes while the job runs. */
    @GetMapping("/{id}" + Paths.LIVE)
    String live(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        show(caller, id, model);
        return "console/team-job :: live";
    }

    private void show(Caller caller, String id, Model model) {
        PlacedJob found = cards.show(caller.tenant().id(), JobCards.id(id), model);
        GenerationId generation = new GenerationId(found.job().id());
        model.addAttribute("entries", ledger.entries(generation));
        String input = found.job().input();
        model.addAttribute(
                "warnings", input == null ? List.of() : jobs.warnings(input.getBytes(StandardCharsets.UTF_8)));
        model.addAttribute(
                "delivery", deliveries.find(caller.tenant().id(), generation).orElse(null));
    }

    /** One that does not wait any more is shown as it is. */
    @GetMapping("/{id}/cancel")
    String askToCancel(@AuthenticationPrincipal Caller caller, @PathVariable String id, Model model) {
        PlacedJob found = cards.show(caller.tenant().id(), JobCards.id(id), model);
        String page = JOBS + found.job().id();
        if (found.place() == null) {
            return "redirect:" + page;
        }
        return new Confirmation(
                        "Cancel this job?",
                        List.of(
                                "The job waits in the queue: nothing was sent to the vendor.",
                                "Your " + Formats.INSTANCE.count(found.job().creditCost(), "credit")
                                        + " will be returned.",
                                "This cannot be undone. You can send the same request again."),
                        "Cancel the job",
                        page + "/cancel",
                        page)
                .on(model);
    }

    @PostMapping("/{id}/cancel")
    String cancel(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            Model model,
            HttpServletResponse response) {
        UUID job = JobCards.id(id);
        return refused.orElse(
                model,
                response,
                () -> {
                    jobs.cancel(caller.tenant().id(), job);
                    return "redirect:" + JOBS + job;
                },
                () -> job(caller, id, model));
    }
}
