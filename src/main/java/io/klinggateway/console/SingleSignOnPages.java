package io.klinggateway.console;

import io.klinggateway.signin.SignInIsOn;
import io.klinggateway.signin.SignInRefused;
import io.klinggateway.signin.SignInRefused.NotLetIn;
import io.klinggateway.signin.SingleSignOn;
import io.klinggateway.signin.SingleSignOn.Arrival;
import io.klinggateway.signin.SingleSignOn.Departure;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Conditional;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The way to the identity provider, the way back, and what the provider itself has to say. */
@Controller
@Conditional(SignInIsOn.class)
class SingleSignOnPages {

    private static final Logger log = LoggerFactory.getLogger(SingleSignOnPages.class);

    private static final String TICKET = "kling_console_ticket";

    private final SingleSignOn singleSignOn;
    private final SignIns signIns;
    private final PersonVisitors visitors;

    SingleSignOnPages(SingleSignOn singleSignOn, SignIns signIns, PersonVisitors visitors) {
        this.singleSignOn = singleSignOn;
        this.signIns = signIns;
        this.visitors = visitors;
    }

    @GetMapping(Paths.SINGLE_SIGN_ON)
    ResponseEntity<Void> depart(
            @RequestParam(name = ReturnPath.PARAMETER, defaultValue = "") String next,
            HttpServletRequest request,
            HttpServletResponse response) {
        Departure departure =
                singleSignOn.depart(TlsDetection.address(request), Paths.CALLBACK, ReturnPath.isPage(next) ? next : "");
        Cookies.lend(request, response, TICKET, departure.ticket(), departure.life());
        return ResponseEntity.status(HttpStatus.FOUND).location(departure.to()).build();
    }

    /**
     * Another site has sent the browser here, and so a redirect would lack the session's cookie, which is sent only to who
     * comes from here: a page of its own goes on.
     */
    @GetMapping(Paths.CALLBACK)
    String arrive(
            @RequestParam Map<String, String> answer,
            Model model,
            HttpServletRequest request,
            HttpServletResponse response) {
        String ticket = Cookies.find(request, TICKET).orElse(null);
        Cookies.remove(request, response, TICKET);
        try {
            Arrival arrival = singleSignOn.arrive(answer, ticket);
            Optional<Visitor> visitor = signIns.signIn(request, response, arrival);
            if (visitor.isPresent()) {
                model.addAttribute("to", ReturnPath.after(arrival.next(), visitor.get()));
                return SignInPages.LEAVE;
            }
            return refuse(visitors.obstacle(request, arrival), model, response);
        } catch (SignInRefused refused) {
            log.warn("somebody who came from the identity provider is not let in: {}", refused.getMessage());
            return refuse(refused.reason(), model, response);
        }
    }

    private String refuse(NotLetIn reason, Model model, HttpServletResponse response) {
        signIns.refused();
        response.setStatus(
                switch (reason) {
                    case NO_ROLE, NO_TEAM, ADDRESS -> HttpStatus.FORBIDDEN.value();
                    case NOT_OURS, BY_PROVIDER -> HttpStatus.BAD_REQUEST.value();
                });
        model.addAttribute("notLetIn", reason.name());
        return SignInPages.FORM;
    }

    /** The person goes to another team, or to the operators' side. */
    @PostMapping(Paths.PLACE)
    String go(@RequestParam(defaultValue = "") String place, HttpSession session) {
        visitors.go(session, place);
        return "redirect:" + Paths.CONSOLE;
    }

    /** OpenID Connect Back-Channel Logout 1.0. Called by the provider, whose token stands for itself. */
    @PostMapping(Paths.BACK_CHANNEL)
    ResponseEntity<Void> endedAtProvider(@RequestParam(name = "logout_token", defaultValue = "") String token) {
        return ResponseEntity.status(singleSignOn.endAtProvider(token) ? HttpStatus.OK : HttpStatus.BAD_REQUEST)
                .cacheControl(CacheControl.noStore())
                .build();
    }
}
