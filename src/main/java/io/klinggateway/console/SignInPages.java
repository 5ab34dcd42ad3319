package io.klinggateway.console;

import io.klinggateway.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.Authentication;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The way in and the way out. */
@Controller
class SignInPages {

    static final String FORM = "console/sign-in";

    /** A page that goes on by itself. */
    static final String LEAVE = "console/leave";

    private final SignIns signIns;

    SignInPages(SignIns signIns) {
        this.signIns = signIns;
    }

    @GetMapping({Paths.CONSOLE, Paths.CONSOLE + "/"})
    String home(Authentication visitor) {
        return visitor instanceof Visitor known && known.isOperator()
                ? "redirect:/console/operator"
                : "redirect:/console/team";
    }

    @GetMapping(Paths.SIGN_IN)
    String form(
            @RequestParam(name = ReturnPath.PARAMETER, defaultValue = "") String next,
            Model model,
            HttpServletRequest request) {
        model.addAttribute("ended", request.getParameter("ended") != null);
        model.addAttribute("next", next);
        return FORM;
    }

    @PostMapping(Paths.SIGN_IN)
    String signIn(
            @RequestParam(defaultValue = "") String secret,
            @RequestParam(name = ReturnPath.PARAMETER, defaultValue = "") String next,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        try {
            return "redirect:" + ReturnPath.after(next, signIns.signIn(request, response, secret));
        } catch (ProblemException refused) {
            model.addAttribute("refusal", refused.problem());
            model.addAttribute("next", next);
            response.setStatus(refused.problem().status());
            if (refused.retryAfter() != null) {
                response.setHeader(
                        HttpHeaders.RETRY_AFTER,
                        Long.toString(refused.retryAfter().toSeconds()));
            }
            return FORM;
        }
    }

    /** A bookmark, or a page that is loaded again. A link signs nobody out: it may be another site's. */
    @GetMapping(Paths.SIGN_OUT)
    String start() {
        return "redirect:" + Paths.CONSOLE;
    }

    /** A form's answer may lead nowhere but here: to the provider leads a page of its own. */
    @PostMapping(Paths.SIGN_OUT)
    String signOut(HttpServletRequest request, HttpServletResponse response, Model model) {
        Optional<URI> provider = signIns.signOut(request, response);
        if (provider.isEmpty()) {
            return "redirect:" + Paths.SIGN_IN;
        }
        model.addAttribute("to", provider.get());
        return LEAVE;
    }

    /** A form that did not come from its own page, or what another role is needed for. */
    @RequestMapping(Paths.FORBIDDEN)
    String forbidden(
            @RequestAttribute(name = ConsoleSecurity.NEEDED, required = false) @Nullable List<String> needed,
            Model model,
            HttpServletResponse response) {
        model.addAttribute("needed", needed);
        response.setStatus(HttpStatus.FORBIDDEN.value());
        return "console/forbidden";
    }
}
