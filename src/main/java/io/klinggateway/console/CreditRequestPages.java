package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.CreditRequestOperations;
import io.klinggateway.admin.CreditTerms.RequestAnswer;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What teams ask for, to be granted or refused with one press and a reason. */
@Controller
@RequestMapping("/console/operator/requests")
class CreditRequestPages {

    private static final int SHOWN = 50;

    private final CreditRequestOperations requests;
    private final Forms forms;
    private final Refused refused;

    CreditRequestPages(CreditRequestOperations requests, Forms forms, Refused refused) {
        this.requests = requests;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String list(@RequestParam(required = false) @Nullable String done, Model model) {
        model.addAttribute("done", done);
        model.addAttribute("open", requests.longestOpen(SHOWN));
        model.addAttribute(
                "answered",
                requests.list(null, null, null, SHOWN).items().stream()
                        .filter(request -> request.answeredAt() != null)
                        .toList());
        return "console/requests";
    }

    @PostMapping("/{id}/grant")
    String grant(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return answer(
                id, form, "granted", model, response, (request, answer) -> requests.grant(actor, request, answer));
    }

    @PostMapping("/{id}/refusal")
    String refuse(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return answer(
                id, form, "refused", model, response, (request, answer) -> requests.refuse(actor, request, answer));
    }

    private String answer(
            String id,
            Map<String, String> form,
            String done,
            Model model,
            HttpServletResponse response,
            BiConsumer<UUID, RequestAnswer> effect) {
        UUID request = Uuids.parse(id)
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such request")));
        return refused.orElse(
                model,
                response,
                () -> {
                    effect.accept(request, forms.bind(form, RequestAnswer.class));
                    return "redirect:/console/operator/requests?done=" + done;
                },
                () -> list(null, model));
    }
}
