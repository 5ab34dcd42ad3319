package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.QueueOperations;
import io.klinggateway.admin.QueueOperations.Cancellation;
import io.klinggateway.queue.QueueForecast.TeamQueue;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Cancels all waiting jobs of a tenant, for operators. */
@Controller
@RequestMapping("/console/operator/tenants/{name}/cancel-waiting")
class CancelWaitingPages {

    private static final Formats FORMATS = Formats.INSTANCE;

    private final QueueOperations queues;
    private final Forms forms;
    private final Refused refused;

    CancelWaitingPages(QueueOperations queues, Forms forms, Refused refused) {
        this.queues = queues;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String ask(@PathVariable String name, Model model) {
        return ask(name, new Confirmation.Reason("", UUID.randomUUID().toString()), model);
    }

    private String ask(String name, Confirmation.Reason reason, Model model) {
        TeamQueue queue = queues.ofTenant(name);
        String team = Paths.tenant(name);
        return new Confirmation(
                        "Cancel all waiting jobs of " + name + "?",
                        List.of(
                                FORMATS.count(queue.waiting(), "waiting job")
                                        + " will be cancelled. None was sent to the vendor.",
                                FORMATS.count(queue.waitingCredits().amount(), "credit")
                                        + " will be returned to the team's budget.",
                                FORMATS.count(queue.running(), "running job")
                                        + " will continue at the vendor, with credits settled at the end.",
                                "These numbers may change until you confirm: all jobs that wait at that moment are"
                                        + " cancelled. Later requests are accepted as usual.",
                                "This cannot be undone. It is recorded in the audit log under your name."),
                        "Cancel all waiting jobs",
                        team + "/cancel-waiting",
                        team,
                        reason)
                .on(model);
    }

    @PostMapping
    String cancel(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        String once = form.getOrDefault("once", UUID.randomUUID().toString());
        return refused.orElse(
                model,
                response,
                () -> {
                    Cancellation asked = forms.bind(form, Cancellation.class);
                    long cancelled = queues.cancelWaiting(actor, name, asked, once)
                            .answer()
                            .cancelled();
                    return Paths.tenantAfter(name, "cancelled") + "&jobs=" + cancelled;
                },
                () -> ask(
                        name,
                        new Confirmation.Reason(form.getOrDefault("reason", ""), Refused.once(model, once)),
                        model));
    }
}
