package io.klinggateway.console;

import io.klinggateway.admin.DeliveryOperations;
import io.klinggateway.admin.DeliveryOperations.TestWebhook;
import io.klinggateway.admin.DeliveryOperations.WebhookTest;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Delivery;
import io.klinggateway.webhook.DeliveryFilter;
import io.klinggateway.webhook.DeliveryFilter.Wanted;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A team's webhooks: what became of each, once more, a test, and the default of jobs that name none. */
@Controller
@RequestMapping("/console/team/webhooks")
class TeamWebhookPages {

    private static final int PAGE = 20;

    private final Deliveries deliveries;
    private final DeliveryOperations operations;
    private final TenantOperations tenants;
    private final Forms forms;
    private final Refused refused;

    TeamWebhookPages(
            Deliveries deliveries,
            DeliveryOperations operations,
            TenantOperations tenants,
            Forms forms,
            Refused refused) {
        this.deliveries = deliveries;
        this.operations = operations;
        this.tenants = tenants;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String list(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String done,
            Model model) {
        Wanted wanted = DeliveryFilters.wanted(state, Wanted.ALL);
        PageCursor before = DeliveryFilters.before(cursor);
        Page<Delivery> page = deliveries.list(new DeliveryFilter(caller.tenant().id(), wanted), before, PAGE);
        model.addAttribute("deliveries", page.items());
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("first", before == null);
        model.addAttribute("states", DeliveryFilters.STATES);
        model.addAttribute("state", DeliveryFilters.name(wanted));
        model.addAttribute("done", done);
        model.addAttribute("caller", caller);
        model.addAttribute("signers", operations.testSigners(visitor.actor(), caller));
        model.addAttribute("samples", SignatureCode.SAMPLES);
        model.addAttribute(
                "defaultWebhook", tenants.defaultWebhook(caller.tenant().name()));
        return "console/team-webhooks";
    }

    @PostMapping("/{id}/again")
    String sendAgain(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            Model model,
            HttpServletResponse response) {
        GenerationId job = Uuids.parse(id)
                .map(GenerationId::new)
                .orElseThrow(() ->
                        new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no webhook of that job")));
        return refused.orElse(
                model,
                response,
                () -> {
                    operations.sendAgain(visitor.actor(), caller, job);
                    return "redirect:/console/team/webhooks?done=sent";
                },
                () -> list(visitor, caller, null, null, null, model));
    }

    @PostMapping("/default")
    String setDefault(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam MultiValueMap<String, String> form,
            Model model,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> {
                    tenants.setDefaultWebhook(
                            visitor.actor(), caller.tenant().name(), DefaultWebhookForm.read(form, forms, model));
                    return "redirect:/console/team/webhooks?done=default";
                },
                () -> {
                    model.addAttribute("refusedForm", "default-webhook");
                    return list(visitor, caller, null, null, null, model);
                });
    }

    /** Its result stands on the page that answers: nothing of it is kept. */
    @PostMapping("/test")
    String test(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        model.addAttribute("url", form.get("url"));
        model.addAttribute("signer", form.get("key"));
        return refused.orElse(
                model,
                response,
                () -> {
                    TestWebhook test = operations.test(visitor.actor(), caller, forms.bind(form, WebhookTest.class));
                    model.addAttribute("test", test);
                    model.addAttribute("testBody", CodeSample.write(test.body()));
                    return list(visitor, caller, null, null, null, model);
                },
                () -> list(visitor, caller, null, null, null, model));
    }
}
