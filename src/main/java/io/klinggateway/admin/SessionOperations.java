package io.klinggateway.admin;

import io.klinggateway.admin.AuditLog.Action;
import io.klinggateway.signin.PersonSessions;
import io.klinggateway.signin.PersonSessions.SignedIn;
import io.klinggateway.signin.SignInIsOn;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.List;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The console's sessions of people who signed in at the identity provider. */
@Component
@Conditional(SignInIsOn.class)
public class SessionOperations {

    private static final int MOST_LISTED = 500;

    private final PersonSessions sessions;
    private final AuditLog audit;

    SessionOperations(PersonSessions sessions, AuditLog audit) {
        this.sessions = sessions;
        this.audit = audit;
    }

    /** @param person the subject at the identity provider */
    public record WhoseSessions(
            @NotBlank(message = "is required") @Size(max = 255, message = "has at most 255 characters")
            String person) implements OperatorBody {}

    /** @param sessions how many there were */
    public record EndedSessions(String person, int sessions) {}

    /** By subject, the first 500. */
    public List<SignedIn> list() {
        return sessions.list(MOST_LISTED);
    }

    /** Ends all sessions of a person, on every replica. Repeating it changes nothing. */
    @Transactional
    public EndedSessions end(Actor actor, WhoseSessions asked) {
        EndedSessions ended = new EndedSessions(asked.person(), sessions.endAll(asked.person()));
        if (ended.sessions() > 0) {
            audit.record(actor, Action.ofNoTenant("session.end").about(asked.person()), ended, null);
        }
        return ended;
    }
}
