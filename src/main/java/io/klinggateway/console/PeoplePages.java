package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.SessionOperations;
import io.klinggateway.admin.SessionOperations.WhoseSessions;
import io.klinggateway.signin.SignInIsOn;
import org.springframework.context.annotation.Conditional;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Who is signed in by single sign-on, for operators. */
@Controller
@Conditional(SignInIsOn.class)
@RequestMapping("/console/operator/people")
class PeoplePages {

    private final SessionOperations sessions;

    PeoplePages(SessionOperations sessions) {
        this.sessions = sessions;
    }

    @GetMapping
    String people(@RequestParam(defaultValue = "false") boolean done, Model model) {
        model.addAttribute("people", sessions.list());
        model.addAttribute("done", done);
        return "console/people";
    }

    @PostMapping("/end")
    String end(@AuthenticationPrincipal Actor actor, @RequestParam(defaultValue = "") String person) {
        sessions.end(actor, new WhoseSessions(person));
        return "redirect:/console/operator/people?done=true";
    }
}
