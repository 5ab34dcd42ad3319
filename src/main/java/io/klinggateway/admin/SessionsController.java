package io.klinggateway.admin;

import io.klinggateway.admin.SessionOperations.EndedSessions;
import io.klinggateway.admin.SessionOperations.WhoseSessions;
import io.klinggateway.signin.PersonSessions.SignedIn;
import io.klinggateway.signin.SignInIsOn;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.springframework.context.annotation.Conditional;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Who is signed in to the console, for operators. */
@RestController
@Conditional(SignInIsOn.class)
@RequestMapping(path = "/admin/v1/sessions", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Sessions")
class SessionsController {

    private final SessionOperations sessions;

    SessionsController(SessionOperations sessions) {
        this.sessions = sessions;
    }

    @GetMapping
    @Operation(summary = "The people who are signed in to the console by single sign-on, by subject")
    OpenSessions list() {
        return new OpenSessions(sessions.list());
    }

    @Schema(name = "OperatorSessions")
    record OpenSessions(List<SignedIn> items) {}

    @PostMapping("/end")
    @Operation(summary = "End all sessions of a person, on every replica")
    EndedSessions end(@AuthenticationPrincipal Actor actor, @RequestBody WhoseSessions asked) {
        return sessions.end(actor, asked);
    }
}
