package io.klinggateway.console;

import io.klinggateway.admin.Administration;
import io.klinggateway.admin.AuditEntry;
import io.klinggateway.admin.Operator;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.oversight.GenerationSummary;
import io.klinggateway.oversight.Reviews;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Delivery;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
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

/** What waits for operators, and what they did. */
@Controller
@RequestMapping("/console/operator")
class RecordPages {

    private static final int PAGE = 50;

    private final Administration administration;
    private final Reviews reviews;
    private final Ledger ledger;
    private final Deliveries deliveries;
    private final Tenants tenants;
    private final Refused refused;

    RecordPages(
            Administration administration,
            Reviews reviews,
            Ledger ledger,
            Deliveries deliveries,
            Tenants tenants,
            Refused refused) {
        this.administration = administration;
        this.reviews = reviews;
        this.ledger = ledger;
        this.deliveries = deliveries;
        this.tenants = tenants;
        this.refused = refused;
    }

    @GetMapping("/reviews")
    String reviews(@RequestParam(required = false) @Nullable String done, Model model) {
        model.addAttribute("done", done);
        model.addAttribute("jobs", reviews.list("IN_REVIEW", null, null, PAGE));
        return "console/reviews";
    }

    @GetMapping("/jobs/{id}")
    String job(@PathVariable String id, Model model) {
        GenerationSummary job = find(id);
        model.addAttribute("job", job);
        model.addAttribute("entries", ledger.entries(new GenerationId(job.id())));
        model.addAttribute("delivery", delivery(job));
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/job";
    }

    private @Nullable Delivery delivery(GenerationSummary job) {
        return tenants.find(job.tenant())
                .flatMap(tenant -> deliveries.find(tenant.tenant().id(), new GenerationId(job.id())))
                .orElse(null);
    }

    @PostMapping("/jobs/{id}/verdict")
    String resolve(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        UUID job = find(id).id();
        FormBody body = new FormBody()
                .text("outcome", form.get("outcome"))
                .text("reason", form.get("reason"))
                .text("upstreamJobId", form.get("upstreamJobId"));
        return refused.orElse(
                model,
                response,
                () -> {
                    administration.resolve(operator, job, body.toJson());
                    return "redirect:/console/operator/reviews?done=resolved";
                },
                () -> job(id, model));
    }

    private GenerationSummary find(String id) {
        return Uuids.parse(id)
                .flatMap(uuid -> reviews.find(new GenerationId(uuid)))
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such job")));
    }

    @GetMapping("/deliveries")
    String deliveries(@RequestParam(required = false) @Nullable String done, Model model) {
        List<Delivery> failing = deliveries.failing(PAGE);
        Map<TenantId, String> names =
                tenants.names(failing.stream().map(Delivery::tenant).toList());
        model.addAttribute("done", done);
        model.addAttribute("deliveries", failing);
        model.addAttribute("names", names);
        return "console/deliveries";
    }

    @PostMapping("/deliveries/{id}/retry")
    String retry(@AuthenticationPrincipal Operator operator, @PathVariable String id) {
        administration.retryDelivery(operator, find(id).id());
        return "redirect:/console/operator/deliveries?done=retried";
    }

    @GetMapping("/audit")
    String audit(
            @RequestParam(required = false) @Nullable Long before,
            @RequestParam(defaultValue = "") String tenant,
            Model model) {
        List<AuditEntry> entries = administration.latestAudit(
                tenant.isBlank() ? null : tenant.strip(), before == null ? Long.MAX_VALUE : before, PAGE);
        model.addAttribute("lines", entries.stream().map(AuditLine::of).toList());
        model.addAttribute("tenant", tenant);
        model.addAttribute("first", before == null);
        model.addAttribute("next", entries.size() == PAGE ? entries.getLast().seq() : null);
        return "console/audit";
    }
}
