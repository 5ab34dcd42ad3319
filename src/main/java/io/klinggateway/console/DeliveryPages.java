package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.DeliveryOperations;
import io.klinggateway.admin.NoticeOperations;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.notice.Notices;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Delivery;
import io.klinggateway.webhook.DeliveryFilter;
import io.klinggateway.webhook.DeliveryFilter.Wanted;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriUtils;

/** Webhooks and notices that do not arrive, for operators. */
@Controller
@RequestMapping(DeliveryPages.HERE)
class DeliveryPages {

    static final String HERE = "/console/operator/deliveries";
    private static final int SHOWN = 50;

    private final Deliveries deliveries;
    private final Tenants tenants;
    private final DeliveryOperations operations;
    private final Notices notices;
    private final NoticeOperations noticeOperations;

    DeliveryPages(
            Deliveries deliveries,
            Tenants tenants,
            DeliveryOperations operations,
            Notices notices,
            NoticeOperations noticeOperations) {
        this.deliveries = deliveries;
        this.tenants = tenants;
        this.operations = operations;
        this.notices = notices;
        this.noticeOperations = noticeOperations;
    }

    /**
     * @param done what was done before
     * @param webhooks how many that concerned
     */
    @GetMapping
    String list(
            @RequestParam(defaultValue = "") String team,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(defaultValue = "0") long webhooks,
            Model model) {
        String name = team.strip();
        Wanted wanted = DeliveryFilters.wanted(state, Wanted.FAILING);
        PageCursor before = DeliveryFilters.before(cursor);
        Optional<DeliveryFilter> filter = filter(name, wanted);
        Page<Delivery> page =
                filter.map(wants -> deliveries.list(wants, before, SHOWN)).orElseGet(() -> new Page<>(List.of(), null));
        model.addAttribute("done", done);
        model.addAttribute("webhooks", webhooks);
        model.addAttribute("team", name);
        model.addAttribute("knowsTeam", filter.isPresent());
        model.addAttribute("state", DeliveryFilters.name(wanted));
        model.addAttribute("states", DeliveryFilters.STATES);
        model.addAttribute("first", before == null);
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("deliveries", page.items());
        model.addAttribute(
                "names",
                tenants.names(page.items().stream().map(Delivery::tenant).toList()));
        model.addAttribute("notices", notices.failing(SHOWN));
        return "console/deliveries";
    }

    /** Empty if there is no team of that name. */
    private Optional<DeliveryFilter> filter(String team, Wanted wanted) {
        return team.isEmpty()
                ? Optional.of(new DeliveryFilter(null, wanted))
                : TeamName.parse(team)
                        .flatMap(tenants::find)
                        .map(found -> new DeliveryFilter(found.tenant().id(), wanted));
    }

    private DeliveryFilter filterOrNone(String team, @Nullable String state) {
        return filter(team.strip(), DeliveryFilters.wanted(state, Wanted.FAILING))
                .orElseThrow(() -> notFound("There is no team of that name"));
    }

    @GetMapping("/retry-all")
    String askToRetryAll(
            @RequestParam(defaultValue = "") String team,
            @RequestParam(required = false) @Nullable String state,
            Model model) {
        int found = deliveries.countToRetry(filterOrNone(team, state), DeliveryOperations.MOST_AT_ONCE);
        String address = "?team=" + UriUtils.encode(team.strip(), StandardCharsets.UTF_8) + "&state="
                + DeliveryFilters.name(DeliveryFilters.wanted(state, Wanted.FAILING));
        return new Confirmation(
                        "Retry these webhooks?",
                        List.of(
                                Formats.INSTANCE.count(found, "webhook") + " of "
                                        + (team.isBlank() ? "all teams" : "the team " + team.strip())
                                        + (found == 1 ? " is" : " are") + " sent again"
                                        + (found == DeliveryOperations.MOST_AT_ONCE
                                                ? ", the oldest first. Further ones are left for another time."
                                                : "."),
                                "Each has an attempt now, and the whole series of later ones if it fails.",
                                "A receiver that is still down gets all of them again."),
                        "Retry them",
                        HERE + "/retry-all" + address,
                        HERE + address)
                .on(model);
    }

    @PostMapping("/retry-all")
    String retryAll(
            @AuthenticationPrincipal Actor actor,
            @RequestParam(defaultValue = "") String team,
            @RequestParam(required = false) @Nullable String state) {
        String name = team.strip();
        int webhooks = operations.retryAll(actor, filterOrNone(team, state), name.isEmpty() ? null : name);
        return "redirect:" + HERE + "?done=all&webhooks=" + webhooks;
    }

    @PostMapping("/{id}/retry")
    String retry(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
        operations.retry(
                actor, Uuids.parse(id).map(GenerationId::new).orElseThrow(() -> notFound("There is no such job")));
        return "redirect:" + HERE + "?done=retried";
    }

    @PostMapping("/notices/{id}/retry")
    String sendAgain(@AuthenticationPrincipal Actor actor, @PathVariable String id) {
        noticeOperations.retry(actor, Uuids.parse(id).orElseThrow(() -> notFound("There is no such notice")));
        return "redirect:" + HERE + "?done=sent";
    }

    private static ProblemException notFound(String sentence) {
        return new ProblemException(Problem.of(ProblemCode.NOT_FOUND, sentence));
    }
}
