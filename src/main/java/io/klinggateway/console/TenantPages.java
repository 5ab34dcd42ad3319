package io.klinggateway.console;

import io.klinggateway.admin.Administration;
import io.klinggateway.admin.Operator;
import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.oversight.SystemStatus;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import io.klinggateway.webhook.Deliveries;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Tenants, for operators. */
@Controller
@RequestMapping("/console/operator")
class TenantPages {

    private static final String TENANTS = "/console/operator/tenants/";
    private static final Pattern NAME_PART = Pattern.compile("[a-z0-9-]*");
    private static final int PAGE = 50;
    private static final int SHOWN = 8;
    private static final Formats FORMATS = Formats.INSTANCE;

    private final Administration administration;
    private final Ledger ledger;
    private final SystemStatus status;
    private final Deliveries deliveries;
    private final QueueForecast queue;
    private final Refused refused;

    TenantPages(
            Administration administration,
            Ledger ledger,
            SystemStatus status,
            Deliveries deliveries,
            QueueForecast queue,
            Refused refused) {
        this.administration = administration;
        this.ledger = ledger;
        this.status = status;
        this.deliveries = deliveries;
        this.queue = queue;
        this.refused = refused;
    }

    record Line(TenantView tenant, BudgetBar bar) {}

    /**
     * @param find what the names have in them; a whole name, or what one alone has, opens that tenant
     * @param after the name below which the page begins
     */
    @GetMapping("/tenants")
    String list(
            @RequestParam(defaultValue = "") String find, @RequestParam(defaultValue = "") String after, Model model) {
        String part = find.strip();
        List<TenantView> found =
                NAME_PART.matcher(part).matches() ? administration.tenants(after, part, PAGE + 1) : List.of();
        if (!part.isEmpty() && after.isEmpty()) {
            List<TenantView> meant = found.size() == 1
                    ? found
                    : found.stream()
                            .filter(tenant -> tenant.name().equals(part))
                            .toList();
            if (!meant.isEmpty()) {
                return TENANTS_REDIRECT + Paths.segment(meant.getFirst().name());
            }
        }
        List<TenantView> shown = found.subList(0, Math.min(PAGE, found.size()));
        model.addAttribute(
                "tenants",
                shown.stream()
                        .map(tenant -> new Line(tenant, BudgetBar.of(tenant)))
                        .toList());
        model.addAttribute("find", part);
        model.addAttribute("first", after.isEmpty());
        model.addAttribute("next", found.size() > PAGE ? shown.getLast().name() : null);
        return "console/tenants";
    }

    @GetMapping("/new-tenant")
    String form(Model model) {
        model.addAttribute("periods", PeriodKind.values());
        model.addAttribute("form", Map.of("period", "MONTH", "timeZone", "UTC", "weight", "1"));
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/tenant-new";
    }

    @PostMapping("/new-tenant")
    String create(
            @AuthenticationPrincipal Operator operator,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> TENANTS_REDIRECT
                        + administration
                                .createTenant(
                                        operator,
                                        new FormBody()
                                                .text("name", form.get("name"))
                                                .part("budget", budget(form))
                                                .part("limits", limits(form, FormBody::number))
                                                .toJson())
                                .name()
                        + "?done=created",
                () -> {
                    form(model);
                    model.addAttribute("form", form);
                    return "console/tenant-new";
                });
    }

    private static final String TENANTS_REDIRECT = "redirect:" + TENANTS;

    private static FormBody budget(Map<String, String> form) {
        return new FormBody()
                .text("period", form.get("period"))
                .number("limit", form.get("limit"))
                .text("timeZone", form.get("timeZone"));
    }

    /** @param put what becomes of a field that is empty */
    private static FormBody limits(Map<String, String> form, FormField put) {
        FormBody limits = new FormBody();
        for (String name : List.of("requestsPerMinute", "concurrentGenerations", "waitingGenerations", "weight")) {
            put.into(limits, name, form.get(name));
        }
        return limits;
    }

    private interface FormField {
        FormBody into(FormBody body, String name, @Nullable String value);
    }

    @GetMapping("/tenants/{name}")
    String tenant(
            @PathVariable String name,
            @RequestParam(required = false) @Nullable String done,
            @RequestParam(defaultValue = "0") long jobs,
            Model model) {
        model.addAttribute("done", done);
        model.addAttribute("cancelled", jobs);
        return page(name, Map.of(), model);
    }

    /** @param credits what a form about credits was sent with, to be sent again */
    private String page(String name, Map<String, String> credits, Model model) {
        TenantView tenant = administration.tenant(name);
        TenantId id = new TenantId(tenant.id());
        model.addAttribute("tenant", tenant);
        model.addAttribute("bar", BudgetBar.of(tenant));
        model.addAttribute("queue", queue.ofTeam(id));
        model.addAttribute("keys", administration.keys(name));
        model.addAttribute("jobs", status.generations(id, null, SHOWN).generations());
        model.addAttribute("entries", ledger.latest(id, Long.MAX_VALUE, SHOWN));
        model.addAttribute("deliveries", deliveries.failing(id, SHOWN));
        model.addAttribute("periods", PeriodKind.values());
        model.addAttribute("once", Refused.once(model, credits.getOrDefault("once", newKey())));
        model.addAttribute("credits", credits);
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/tenant";
    }

    @GetMapping("/tenants/{name}/jobs")
    String jobs(@PathVariable String name, @RequestParam(required = false) @Nullable String cursor, Model model) {
        TenantView tenant = administration.tenant(name);
        SystemStatus.SummaryPage page = status.generations(new TenantId(tenant.id()), cursor, PAGE);
        model.addAttribute("tenant", tenant);
        model.addAttribute("jobs", page.generations());
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("first", cursor == null);
        return "console/tenant-jobs";
    }

    @GetMapping("/tenants/{name}/journal")
    String journal(@PathVariable String name, @RequestParam(required = false) @Nullable Long before, Model model) {
        TenantView tenant = administration.tenant(name);
        var entries = ledger.latest(new TenantId(tenant.id()), before == null ? Long.MAX_VALUE : before, PAGE);
        model.addAttribute("tenant", tenant);
        model.addAttribute("entries", entries);
        model.addAttribute("next", entries.size() == PAGE ? entries.getLast().seq() : null);
        model.addAttribute("first", before == null);
        return "console/tenant-journal";
    }

    @PostMapping("/tenants/{name}/budget")
    String budget(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(model, response, name, "budget", Map.of(), () -> {
            TenantView changed = administration.changeTenant(
                    operator, name, new FormBody().part("budget", budget(form)).toJson());
            return changed.notice() == null ? "budget" : "period";
        });
    }

    @PostMapping("/tenants/{name}/limits")
    String limits(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        FormBody limits = limits(form, FormBody::numberOrNone);
        return change(
                model,
                response,
                name,
                "limits",
                () -> administration.changeTenant(
                        operator, name, new FormBody().part("limits", limits).toJson()));
    }

    @PostMapping("/tenants/{name}/credits")
    String credits(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        FormBody body = new FormBody().number("credits", form.get("credits")).text("reason", form.get("reason"));
        String once = form.getOrDefault("once", newKey());
        boolean grant = "grant".equals(form.get("kind"));
        return change(model, response, name, "credits", form, () -> {
            boolean recorded = grant
                    ? administration.grant(operator, name, body.toJson(), once)
                    : administration.adjust(operator, name, body.toJson(), once);
            return !recorded ? "known" : grant ? "granted" : "adjusted";
        });
    }

    private static String newKey() {
        return UUID.randomUUID().toString();
    }

    @GetMapping("/tenants/{name}/cancel-waiting")
    String askToCancelWaiting(@PathVariable String name, Model model) {
        return askToCancelWaiting(name, new Confirmation.Reason("", newKey()), model);
    }

    private String askToCancelWaiting(String name, Confirmation.Reason reason, Model model) {
        TenantView tenant = administration.tenant(name);
        TeamQueue waiting = queue.ofTeam(new TenantId(tenant.id()));
        return new Confirmation(
                        "Cancel what waits of " + tenant.name() + "?",
                        List.of(
                                FORMATS.jobs(waiting.waiting())
                                        + " that wait in the queue end as Cancelled. None of them was sent to the"
                                        + " vendor, and none will be.",
                                FORMATS.number(waiting.waitingCredits().amount())
                                        + " credits come back to the team's budget.",
                                "Jobs that run at the vendor, now " + FORMATS.number(waiting.running())
                                        + ", go on to their end, and their credits are settled.",
                                "Jobs may start or come in until you confirm; all that wait at that moment are"
                                        + " cancelled. Later requests are taken as before.",
                                "This cannot be undone. It is on record, under your name."),
                        "Cancel what waits",
                        TENANTS + tenant.name() + "/cancel-waiting",
                        TENANTS + tenant.name(),
                        reason)
                .on(model);
    }

    @PostMapping("/tenants/{name}/cancel-waiting")
    String cancelWaiting(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        String once = form.getOrDefault("once", newKey());
        return refused.orElse(
                model,
                response,
                () -> TENANTS_REDIRECT
                        + Paths.segment(name)
                        + "?done=cancelled&jobs="
                        + administration.cancelWaiting(
                                operator,
                                name,
                                new FormBody()
                                        .text("reason", form.get("reason"))
                                        .toJson(),
                                once),
                () -> askToCancelWaiting(
                        name,
                        new Confirmation.Reason(form.getOrDefault("reason", ""), Refused.once(model, once)),
                        model));
    }

    @GetMapping("/tenants/{name}/suspend")
    String askToSuspend(@PathVariable String name, Model model) {
        TenantView tenant = administration.tenant(name);
        return new Confirmation(
                        "Suspend " + tenant.name() + "?",
                        List.of(
                                "All its keys stop working at once, on every replica, and its console sessions end.",
                                "Jobs that are open go on to their end, and their credits are settled.",
                                "Nothing is deleted. You can activate it again."),
                        "Suspend",
                        TENANTS + tenant.name() + "/suspend",
                        TENANTS + tenant.name())
                .on(model);
    }

    @PostMapping("/tenants/{name}/suspend")
    String suspend(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            Model model,
            HttpServletResponse response) {
        return status(operator, name, "SUSPENDED", "suspended", model, response);
    }

    @PostMapping("/tenants/{name}/activate")
    String activate(
            @AuthenticationPrincipal Operator operator,
            @PathVariable String name,
            Model model,
            HttpServletResponse response) {
        return status(operator, name, "ACTIVE", "activated", model, response);
    }

    private String status(
            Operator operator, String name, String status, String done, Model model, HttpServletResponse response) {
        return change(
                model,
                response,
                name,
                done,
                () -> administration.changeTenant(
                        operator, name, new FormBody().text("status", status).toJson()));
    }

    /** @param done what the page says afterwards */
    private String change(Model model, HttpServletResponse response, String name, String done, Runnable change) {
        return change(model, response, name, done, Map.of(), () -> {
            change.run();
            return done;
        });
    }

    /**
     * @param form which of the page's forms it is
     * @param credits what the form about credits was sent with
     * @param change tells what the page says afterwards
     */
    private String change(
            Model model,
            HttpServletResponse response,
            String name,
            String form,
            Map<String, String> credits,
            Supplier<String> change) {
        return refused.orElse(
                model, response, () -> TENANTS_REDIRECT + Paths.segment(name) + "?done=" + change.get(), () -> {
                    model.addAttribute("refusedForm", form);
                    return page(name, credits, model);
                });
    }
}
