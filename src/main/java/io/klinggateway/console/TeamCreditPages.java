package io.klinggateway.console;

import io.klinggateway.admin.CreditRequestOperations;
import io.klinggateway.admin.CreditTerms.NewCreditRequest;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A tenant's requests for credits. The form stands on its first page, too. */
@Controller
@RequestMapping("/console/team/credit-requests")
class TeamCreditPages {

    private static final int PAGE = 20;

    private final CreditRequestOperations requests;
    private final Forms forms;
    private final Refused refused;

    TeamCreditPages(CreditRequestOperations requests, Forms forms, Refused refused) {
        this.requests = requests;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        PageCursor before = cursor == null
                ? null
                : PageCursor.decode(cursor)
                        .orElseThrow(
                                () -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such page")));
        return page(caller, before, Map.of(), UUID.randomUUID().toString(), model);
    }

    private String page(
            Caller caller, @Nullable PageCursor before, Map<String, String> form, String once, Model model) {
        var page = requests.ofTeam(caller.tenant().id(), before, PAGE);
        model.addAttribute("requests", page.items());
        model.addAttribute("nextCursor", page.nextCursor());
        model.addAttribute("first", before == null);
        model.addAttribute("form", form);
        model.addAttribute("once", Refused.once(model, once));
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/team-credit-requests";
    }

    @PostMapping
    String ask(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        String once = Uuids.parse(form.getOrDefault("once", ""))
                .orElseGet(UUID::randomUUID)
                .toString();
        return refused.orElse(
                model,
                response,
                () -> {
                    requests.ask(visitor.actor(), caller, forms.bind(form, NewCreditRequest.class), once);
                    return "redirect:/console/team?done=asked";
                },
                () -> page(caller, null, form, once, model));
    }
}
