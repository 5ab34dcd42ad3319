package io.klinggateway.console;

import io.klinggateway.admin.KeyTerms.NewKey;
import io.klinggateway.admin.KeyTerms.Rotation;
import io.klinggateway.admin.KeyView;
import io.klinggateway.admin.TeamKeyOperations;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Caller;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** A team's own keys, for its admins. */
@Controller
@RequestMapping("/console/team/keys")
class TeamKeyPages {

    private static final String HERE = "/console/team/keys";

    private final TeamKeyOperations keys;
    private final UnstoredKeys unstored;
    private final Forms forms;
    private final Refused refused;

    TeamKeyPages(TeamKeyOperations keys, UnstoredKeys unstored, Forms forms, Refused refused) {
        this.keys = keys;
        this.unstored = unstored;
        this.forms = forms;
        this.refused = refused;
    }

    @GetMapping
    String list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String sort,
            Model model,
            HttpServletRequest request) {
        model.addAttribute("sort", sort);
        return list(caller, Map.of(), UUID.randomUUID().toString(), model, request);
    }

    private String list(Caller caller, Map<String, String> form, String once, Model model, HttpServletRequest request) {
        List<KeyView> all = keys.list(caller);
        KeyOrder.add(all, PageUrl.of(HERE), (String) model.getAttribute("sort"), model);
        model.addAttribute(
                "changeable",
                all.stream()
                        .filter(TeamKeyOperations::isChangeable)
                        .map(KeyView::id)
                        .toList());
        model.addAttribute("bounds", keys.bounds(caller));
        model.addAttribute(
                "unstoredKeys", unstored.list(request, caller.tenant().name()));
        model.addAttribute("form", form);
        model.addAttribute("once", once);
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/team-keys";
    }

    @PostMapping
    String issue(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        return issued(
                caller,
                form,
                model,
                request,
                response,
                () -> keys.issue(visitor.actor(), caller, forms.bind(form, NewKey.class)));
    }

    @PostMapping("/{id}/rotate")
    String rotate(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        return issued(
                caller,
                form,
                model,
                request,
                response,
                () -> keys.rotate(visitor.actor(), caller, keyId(id), forms.bind(form, Rotation.class)));
    }

    private String issued(
            Caller caller,
            Map<String, String> form,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response,
            Supplier<KeyView.Issued> issue) {
        String once = Uuids.parse(form.getOrDefault("once", ""))
                .orElseGet(UUID::randomUUID)
                .toString();
        return refused.orElse(
                model,
                response,
                () -> {
                    unstored.issueOnce(request, once, caller.tenant().name(), issue);
                    return "redirect:" + HERE + "/issued/" + once;
                },
                () -> list(caller, form, once, model, request));
    }

    @GetMapping("/issued/{once}")
    String show(
            @AuthenticationPrincipal Caller caller,
            @PathVariable String once,
            Model model,
            HttpServletRequest request) {
        model.addAttribute(
                "unstored",
                unstored.find(request, once)
                        .filter(key -> key.team().equals(caller.tenant().name()))
                        .orElseThrow(UnstoredKeys::gone));
        model.addAttribute("secret", unstored.reveal(request, once).orElseThrow(UnstoredKeys::gone));
        return "console/team-key-issued";
    }

    @PostMapping("/issued/{once}/stored")
    String stored(@PathVariable String once, HttpServletRequest request) {
        unstored.stored(request, once);
        return "redirect:" + HERE;
    }

    @PostMapping("/{id}/revoke")
    String revoke(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @PathVariable String id,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        return refused.orElse(
                model,
                response,
                () -> {
                    keys.revoke(visitor.actor(), caller, keyId(id));
                    return "redirect:" + HERE;
                },
                () -> list(caller, Map.of(), UUID.randomUUID().toString(), model, request));
    }

    private static UUID keyId(String id) {
        return Uuids.parse(id)
                .orElseThrow(() -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such key")));
    }
}
