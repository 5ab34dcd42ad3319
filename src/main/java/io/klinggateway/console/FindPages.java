package io.klinggateway.console;

import io.klinggateway.admin.AuditLog;
import io.klinggateway.admin.KeyOperations;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.job.TenantJobs;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.search.JobQuery;
import io.klinggateway.search.JobQuery.IdRange;
import io.klinggateway.search.JobQuery.JobOutcome;
import io.klinggateway.search.JobSearch;
import io.klinggateway.search.JobSearch.FoundJobs;
import io.klinggateway.support.Page;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import io.klinggateway.tenant.Tenants;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
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
    private final TenantJobs jobs;
    private final TenantOperations operations;
    private final KeyOperations keys;
    private final Tenants tenants;
    private final AuditLog audit;
    private final Ledger ledger;

    FindPages(
            JobSearch search,
            TenantJobs jobs,
            TenantOperations operations,
            KeyOperations keys,
            Tenants tenants,
            AuditLog audit,
            Ledger ledger) {
        this.search = search;
        this.jobs = jobs;
        this.operations = operations;
        this.keys = keys;
        this.tenants = tenants;
        this.audit = audit;
        this.ledger = ledger;
    }

    @GetMapping(Paths.OPERATOR + "/find")
    String ofOperators(FindForm form, Model model) {
        String text = form.search();
        Optional<UUID> job = Uuids.parse(text).flatMap(search::findById);
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
        team.filter(_ -> !form.keyName().isEmpty())
                .ifPresent(_ -> addLimit(form, form.teamName().toLowerCase(Locale.ROOT), model));
        model.addAttribute("done", form.done());
        ZoneId zone = team.map(this::zone).orElse(ACROSS_TEAMS);
        Optional<IdRange> ids = form.ids();
        boolean lists = teamIsThere && (ids.isPresent() || text.isEmpty() || form.filters());
        FoundJobs found = lists
                ? find(form, form.query(team.orElse(null), ids.orElse(null), null, zone))
                : new FoundJobs(new Page<>(List.of(), null), null);
        model.addAttribute("states", FindForm.STATES);
        return page(form, Paths.OPERATOR, lists, found, zone, model);
    }

    /** Whose jobs these are may be stopped here, if it is one key's. */
    private void addLimit(FindForm form, String team, Model model) {
        KeyBudgetPages.current(keys.list(team), form.keyName())
                .ifPresent(key -> KeyBudgetPages.addForm(team, key, model));
    }

    @GetMapping(Paths.TEAM + "/find")
    String ofTeam(@AuthenticationPrincipal Caller caller, FindForm form, Model model) {
        if (form.outcome() == JobOutcome.IN_REVIEW) {
            return "redirect:" + form.address(Paths.TEAM + "/find").with("state", FindForm.name(JobOutcome.OPEN));
        }
        TenantId tenant = caller.tenant().id();
        String text = form.search();
        Optional<UUID> job =
                Uuids.parse(text).filter(id -> jobs.find(tenant, id).isPresent());
        if (job.isPresent()) {
            return "redirect:" + Paths.TEAM + "/jobs/" + job.get();
        }
        ZoneId zone = zone(tenant);
        model.addAttribute("noTeam", false);
        model.addAttribute("states", FindForm.STATES_OF_TEAMS);
        model.addAttribute("keys", text.isEmpty() ? List.of() : search.keys(tenant, text, NAMES));
        return page(form, Paths.TEAM, true, ofTeam(form, tenant, zone), zone, model);
    }

    /** What may be the beginning of an id may be a word, too. */
    private FoundJobs ofTeam(FindForm form, TenantId tenant, ZoneId zone) {
        Optional<FoundJobs> byId = form.ids()
                .map(ids -> find(form, form.query(tenant, ids, null, zone)))
                .filter(found -> !found.page().items().isEmpty());
        String words = form.search().isEmpty() ? null : form.search();
        return byId.orElseGet(() -> find(form, form.query(tenant, null, words, zone)));
    }

    private FoundJobs find(FindForm form, JobQuery query) {
        return search.find(query, form.before(), JOBS);
    }

    private ZoneId zone(TenantId tenant) {
        return ledger.budgetStatus(tenant, null).timeZone();
    }

    /** @param lists whether it is about jobs at all */
    private static String page(FindForm form, String side, boolean lists, FoundJobs found, ZoneId zone, Model model) {
        PageUrl address = form.address(side + "/find");
        model.addAttribute("form", form);
        model.addAttribute("search", form.search());
        model.addAttribute("side", side);
        model.addAttribute("address", address);
        model.addAttribute("lists", lists);
        model.addAttribute("jobs", found.page().items());
        model.addAttribute("lookedBackTo", found.lookedBackTo());
        model.addAttribute("first", form.before() == null);
        model.addAttribute(
                "older",
                found.page().nextCursor() == null
                        ? null
                        : address.with("cursor", found.page().nextCursor()));
        model.addAttribute("state", FindForm.name(form.outcome()));
        model.addAttribute("fault", form.fault(zone));
        model.addAttribute("zone", zone.getId());
        return "console/find";
    }
}
