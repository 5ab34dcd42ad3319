package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.ReviewOperations;
import io.klinggateway.admin.ReviewOperations.ReviewDecision;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.reconciliation.GenerationHistory;
import io.klinggateway.reconciliation.GenerationSummary;
import io.klinggateway.reconciliation.Reviews;
import io.klinggateway.search.JobQuery;
import io.klinggateway.search.JobSearch;
import io.klinggateway.support.Uuids;
import io.klinggateway.webhook.Deliveries;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Jobs of all tenants, and those whose end operators decide. */
@Controller
@RequestMapping("/console/operator")
class ReviewPages {

    private static final int SHOWN = 50;

    private final Reviews reviews;
    private final JobSearch search;
    private final ReviewOperations operations;
    private final Ledger ledger;
    private final Deliveries deliveries;
    private final Forms forms;
    private final Refused refused;

    ReviewPages(
            Reviews reviews,
            ReviewOperations operations,
            Ledger ledger,
            Deliveries deliveries,
            JobSearch search,
            Forms forms,
            Refused refused) {
        this.reviews = reviews;
        this.operations = operations;
        this.ledger = ledger;
        this.deliveries = deliveries;
        this.search = search;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping("/reviews")
    String reviews(@RequestParam(required = false) @Nullable String done, Model model) {
        model.addAttribute("done", done);
        model.addAttribute(
                "jobs", search.find(JobQuery.inReview(), null, SHOWN).page().items());
        return "console/reviews";
    }

    @GetMapping("/jobs/{id}")
    String job(@PathVariable String id, @RequestParam(required = false) @Nullable String done, Model model) {
        model.addAttribute("done", done);
        GenerationSummary job = find(id);
        model.addAttribute("job", job);
        model.addAttribute("entries", ledger.entries(new GenerationId(job.id())));
        GenerationHistory history = reviews.history(new GenerationId(job.id()));
        model.addAttribute("history", history);
        model.addAttribute(
                "delivery",
                deliveries.find(history.tenant(), new GenerationId(job.id())).orElse(null));
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/job";
    }

    @PostMapping("/jobs/{id}/resolution")
    String resolve(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        GenerationId job = new GenerationId(find(id).id());
        return refused.orElse(
                model,
                response,
                () -> {
                    operations.resolve(actor, job, forms.bind(form, ReviewDecision.class));
                    return "redirect:/console/operator/reviews?done=resolved";
                },
                () -> job(id, null, model));
    }

    private GenerationSummary find(String id) {
        return Uuids.parse(id)
                .flatMap(uuid -> reviews.find(new GenerationId(uuid)))
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such job")));
    }
}
