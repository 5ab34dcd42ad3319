package io.klinggateway.console;

import io.klinggateway.admin.TenantOperations;
import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.Entry;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.support.Page;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A tenant and its journal, for operators. */
@Controller
@RequestMapping("/console/operator/tenants/{name}")
class TenantPages {

    private static final int PAGE = 50;

    private final TenantOperations tenants;
    private final TenantPage page;
    private final Ledger ledger;
    private final UnstoredKeys unstored;

    TenantPages(TenantOperations tenants, TenantPage page, Ledger ledger, UnstoredKeys unstored) {
        this.unstored = unstored;
        this.tenants = tenants;
        this.page = page;
        this.ledger = ledger;
    }

    /**
     * @param done what was done before
     * @param jobs how many jobs that concerned
     * @param sort in which order its keys stand
     */
    @GetMapping
    String tenant(
            @PathVariable String name,
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(defaultValue = "0") long jobs,
            @RequestParam(required = false) @Nullable String sort,
            Model model,
            HttpServletRequest request) {
        model.addAttribute("unstoredKeys", unstored.list(request, name));
        model.addAttribute("done", done);
        model.addAttribute("cancelled", jobs);
        model.addAttribute("sort", sort);
        return page.show(name, Map.of(), model);
    }

    /** They are where all jobs are found. */
    @GetMapping("/jobs")
    String jobs(@PathVariable String name) {
        return "redirect:"
                + PageUrl.of(Paths.OPERATOR + "/find")
                        .with("team", tenants.find(name).name());
    }

    @GetMapping("/journal")
    String journal(@PathVariable String name, @RequestParam(required = false) @Nullable Long before, Model model) {
        TenantView tenant = tenants.find(name);
        Page<Entry> entries = Page.of(
                ledger.latest(new TenantId(tenant.id()), before == null ? Long.MAX_VALUE : before, PAGE + 1),
                PAGE,
                Entry::seq);
        model.addAttribute("tenant", tenant);
        model.addAttribute("entries", entries.items());
        model.addAttribute("next", entries.nextCursor());
        model.addAttribute("first", before == null);
        return "console/tenant-journal";
    }
}
