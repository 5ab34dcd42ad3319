package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.OrphanOperations;
import io.klinggateway.admin.OrphanOperations.Assignment;
import io.klinggateway.admin.OrphanOperations.Dismissal;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.orphan.OrphanJob;
import io.klinggateway.orphan.Orphans;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.reconciliation.SystemStatus;
import io.klinggateway.recovery.Recoveries;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
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

/** What the vendor has and the books do not: operators decide who pays for it. */
@Controller
@RequestMapping("/console/operator/orphans")
class OrphanPages {

    private static final int SHOWN = 50;
    private static final String ALL = "all";

    private final Orphans orphans;
    private final OrphanOperations operations;
    private final Recoveries recoveries;
    private final SystemStatus status;
    private final Forms forms;
    private final Refused refused;

    OrphanPages(
            Orphans orphans,
            OrphanOperations operations,
            Recoveries recoveries,
            SystemStatus status,
            Forms forms,
            Refused refused) {
        this.orphans = orphans;
        this.operations = operations;
        this.recoveries = recoveries;
        this.status = status;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String list(
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        boolean all = ALL.equals(state);
        PageCursor before = cursor == null ? null : PageCursor.decode(cursor).orElse(null);
        Page<OrphanJob> page = orphans.list(all, before, SHOWN);
        model.addAttribute("done", done);
        model.addAttribute("all", all);
        model.addAttribute("first", before == null);
        model.addAttribute("jobs", page.items());
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("missing", status.vendorDrift().orElse(0L));
        model.addAttribute("recoveries", recoveries.reports());
        return "console/orphans";
    }

    @GetMapping("/{id}")
    String orphan(@PathVariable String id, Model model) {
        model.addAttribute("job", operations.find(parse(id)));
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/orphan";
    }

    @PostMapping("/{id}/assignment")
    String assign(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        model.addAttribute("team", form.get("tenant"));
        return refused.orElse(
                model,
                response,
                () -> {
                    operations.assign(actor, parse(id), forms.bind(form, Assignment.class));
                    return "redirect:/console/operator/orphans?done=assigned";
                },
                () -> orphan(id, model));
    }

    @PostMapping("/{id}/dismissal")
    String dismiss(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> {
                    operations.dismiss(actor, parse(id), forms.bind(form, Dismissal.class));
                    return "redirect:/console/operator/orphans?done=dismissed";
                },
                () -> orphan(id, model));
    }

    @PostMapping("/vendor-drift/acceptance")
    String acceptDrift(
            @AuthenticationPrincipal Actor actor,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> {
                    operations.acceptVendorDrift(actor, forms.bind(form, Dismissal.class));
                    return "redirect:/console/operator/orphans?done=accepted";
                },
                () -> list(null, null, null, model));
    }

    private static VendorJobId parse(String id) {
        return Uuids.parse(id)
                .map(VendorJobId::new)
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such orphan")));
    }
}
