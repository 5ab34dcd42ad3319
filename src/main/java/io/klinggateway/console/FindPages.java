package io.klinggateway.console;

import io.klinggateway.admin.AuditLog;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.oversight.Reviews;
import io.klinggateway.search.JobQuery;
import io.klinggateway.search.JobQuery.IdRange;
import io.klinggateway.search.JobSearch;
import io.klinggateway.search.JobSearch.JobLine;
import io.klinggateway.support.Page;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenants;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/**
 * What the search box in the head leads to, and lists of jobs by their key, model, label, state and days. A whole id leads to
 * its job at once. Operators find teams, keys and requests; a team its own keys, and its jobs by the words of their prompts.
 */
@Controller
class FindPages {

    private static final int JOBS = 50;
    private static final int NAMES = 20;
    private static final ZoneId ACROSS_TEAMS = ZoneId.of("UTC");

    private final JobSearch search;
    private final Reviews reviews;
    private final TenantJobs jobs;
    private final TenantOperations operations;
    private final Tenants tenants;
    private final AuditLog audit;
    private final Ledger ledger;

    FindPages(
            JobSearch search,
            Reviews reviews,
            TenantJobs jobs,
            TenantOperations operations,
            Tenants tenants,
            AuditLog audit,
            Ledger ledger) {
        this.search = search;
        this.reviews = reviews;
        this.jobs = jobs;
        this.operations = operations;
        this.tenants = tenants;
        this.audit = audit;
        this.ledger = ledger;
    }

    @GetMapping(Paths.OPERATOR + "/find")
    String ofOperators(FindForm form, Model model) {
        String text = form.search();
        Optional<UUID> job = Uuids.parse(text).flatMap(this::knownToOperators);
        if (job.isPresent()) {
            return "redirect:" + Paths.OPERATOR + "/jobs/" + job.get();
        }
        Optional<TenantId> team = TeamName.parse(form.teamName())
                .flatMap(tenants::find)
                .map(found -> found.tenant().id());
        boolean teamIsThere = form.teamName().isEmpty() || team.isPresent();
        model.addAttribute("noTeam", !teamIsThere);
        model.addAttribute(
                "teams",
                TeamName.parse(text)
                        .map(name -> operations.list("", name, NAMES))
                        .orElse(List.of()));
        model.addAttribute("keys", text.isEmpty() ? List.of() : search.keys(null, text, NAMES));
        model.addAttribute("entries", text.isEmpty() ? List.of() : audit.ofRequest(text, NAMES));
        ZoneId zone = team.map(this::zone).orElse(ACROSS_TEAMS);
        Optional<IdRange> ids = form.ids();
        boolean lists = teamIsThere && (ids.isPresent() || text.isEmpty() || form.filters());
        Page<JobLine> found = lists
                ? find(form, form.query(team.orElse(null), ids.orElse(null), null, zone))
                : new Page<>(List.of(), null);
        return page(form, Paths.OPERATOR, lists, found, zone, model);
    }

    /** By our id, or by the vendor's. */
    private Optional<UUID> knownToOperators(UUID id) {
        return reviews.find(new GenerationId(id)).map(job -> job.id()).or(() -> search.findByVendorsId(id));
    }

    @GetMapping(Paths.TEAM + "/find")
    String ofTeam(@AuthenticationPrincipal Caller caller, FindForm form, Model model) {
        TenantId tenant = caller.tenant().id();
        String text = form.search();
        Optional<UUID> job =
                Uuids.parse(text).filter(id -> jobs.find(tenant, id).isPresent());
        if (job.isPresent()) {
            return "redirect:" + Paths.TEAM + "/jobs/" + job.get();
        }
        ZoneId zone = zone(tenant);
        model.addAttribute("noTeam", false);
        model.addAttribute("keys", text.isEmpty() ? List.of() : search.keys(tenant, text, NAMES));
        return page(form, Paths.TEAM, true, ofTeam(form, tenant, zone), zone, model);
    }

    /** What may be the beginning of an id may be a word, too. */
    private Page<JobLine> ofTeam(FindForm form, TenantId tenant, ZoneId zone) {
        Optional<Page<JobLine>> byId = form.ids()
                .map(ids -> find(form, form.query(tenant, ids, null, zone)))
                .filter(found -> !found.items().isEmpty());
        String words = form.search().isEmpty() ? null : form.search();
        return byId.orElseGet(() -> find(form, form.query(tenant, null, words, zone)));
    }

    private Page<JobLine> find(FindForm form, JobQuery query) {
        return search.find(query, form.before(), JOBS);
    }

    private ZoneId zone(TenantId tenant) {
        return ledger.account(tenant, null).timeZone();
    }

    /** @param lists whether it is about jobs at all */
    private static String page(
            FindForm form, String side, boolean lists, Page<JobLine> found, ZoneId zone, Model model) {
        Address address = form.address(side + "/find");
        model.addAttribute("form", form);
        model.addAttribute("search", form.search());
        model.addAttribute("side", side);
        model.addAttribute("address", address);
        model.addAttribute("lists", lists);
        model.addAttribute("jobs", found.items());
        model.addAttribute("first", form.before() == null);
        model.addAttribute("older", found.nextCursor() == null ? null : address.with("cursor", found.nextCursor()));
        model.addAttribute("states", FindForm.STATES);
        model.addAttribute("state", FindForm.name(form.outcome()));
        model.addAttribute("fault", form.fault(zone));
        model.addAttribute("zone", zone.getId());
        return "console/find";
    }
}
