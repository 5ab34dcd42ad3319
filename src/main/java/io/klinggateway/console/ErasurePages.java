package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.ErasureOperations;
import io.klinggateway.admin.ErasureOperations.ErasureOrder;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
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

/** Erases what a team asked for and got of one job, for operators. */
@Controller
@RequestMapping("/console/operator/jobs/{id}/erasure")
class ErasurePages {

    private final ErasureOperations erasures;
    private final Forms forms;
    private final Refused refused;

    ErasurePages(ErasureOperations erasures, Forms forms, Refused refused) {
        this.erasures = erasures;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String ask(@PathVariable String id, Model model) {
        return ask(generation(id), new Confirmation.Reason("", UUID.randomUUID().toString()), model);
    }

    private static String ask(GenerationId id, Confirmation.Reason reason, Model model) {
        String page = page(id);
        return new Confirmation(
                        "Erase the request and the images of this job?",
                        List.of(
                                "The request with its prompt is deleted, and the gateway's copies of the images.",
                                "Nobody can see the images here any more. The vendor may keep its own for up to a day.",
                                "The job's credits and its lines in the journal stay as they are.",
                                "This cannot be undone. It is recorded in the audit log under your name."),
                        "Erase",
                        page + "/erasure",
                        page,
                        reason)
                .on(model);
    }

    @PostMapping
    String erase(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        GenerationId job = generation(id);
        String once = form.getOrDefault("once", "");
        return refused.orElse(
                model,
                response,
                () -> {
                    erasures.erase(actor, job, forms.bind(form, ErasureOrder.class));
                    return "redirect:" + page(job) + "?done=erased";
                },
                () -> ask(job, new Confirmation.Reason(form.getOrDefault("reason", ""), once), model));
    }

    private static String page(GenerationId id) {
        return "/console/operator/jobs/" + id;
    }

    private static GenerationId generation(String id) {
        return Uuids.parse(id)
                .map(GenerationId::new)
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such job")));
    }
}
