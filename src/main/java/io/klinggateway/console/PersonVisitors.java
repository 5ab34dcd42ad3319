package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.ConsoleKeys;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.signin.HeldRole;
import io.klinggateway.signin.Person;
import io.klinggateway.signin.SignInIsOn;
import io.klinggateway.signin.SignInRefused.NotLetIn;
import io.klinggateway.signin.SingleSignOn;
import io.klinggateway.signin.SingleSignOn.Arrival;
import io.klinggateway.tenant.ApiKeyAuthenticator;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.net.URI;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.annotation.Conditional;
import org.springframework.stereotype.Component;

/** People who signed in at the identity provider. One with several roles is in one place at a time, and may change it. */
@Component
@Conditional(SignInIsOn.class)
class PersonVisitors {

    /** Of a session: where its person is. What stands there counts only if the person has a role there. */
    private static final String PLACE = "console.place";

    private static final int LONGEST_PLACE = 80;

    private final SingleSignOn singleSignOn;
    private final ConsoleKeys keys;
    private final ApiKeyAuthenticator usable;
    private final ConsoleSettings settings;

    PersonVisitors(SingleSignOn singleSignOn, ConsoleKeys keys, ApiKeyAuthenticator usable, ConsoleSettings settings) {
        this.singleSignOn = singleSignOn;
        this.keys = keys;
        this.usable = usable;
        this.settings = settings;
    }

    /** Whom somebody who arrives is to be taken for: in the place of the page that was asked for, if there is a role there. */
    Optional<Visitor> visitor(HttpServletRequest request, Arrival arrival) {
        boolean team = arrival.next().startsWith("/console/team");
        boolean anywhere = !ReturnPath.isPage(arrival.next());
        return visitor(
                request,
                arrival.person(),
                arrival.person().roles().stream()
                        .sorted(Comparator.comparing(
                                held -> !anywhere && held.role().isOfTeam() != team))
                        .toList());
    }

    /** Why somebody with roles in teams is no visitor anywhere. */
    NotLetIn obstacle(HttpServletRequest request, Arrival arrival) {
        return arrival.person().roles().stream().anyMatch(held -> isBarred(request, arrival.person(), held))
                ? NotLetIn.ADDRESS
                : NotLetIn.NO_TEAM;
    }

    private boolean isBarred(HttpServletRequest request, Person person, HeldRole held) {
        return held.team() != null
                && keys.caller(Actor.of(person, held.role()), held.team())
                        .filter(caller -> usable.find(caller.keyId(), request).isEmpty())
                        .isPresent();
    }

    /** @return the id of a new session of the person's */
    UUID begin(Arrival arrival, String proof) {
        return singleSignOn.begin(arrival, proof, settings.sessionTimeout());
    }

    /** @throws ProblemException if the request changes something, and the person has left the place that it was made in */
    Optional<Visitor> find(HttpServletRequest request, HttpSession session, UUID id, String proof) {
        String place = session.getAttribute(PLACE) instanceof String text ? text : "";
        Optional<Visitor> visitor = singleSignOn
                .find(id, proof)
                .flatMap(person -> visitor(
                        request,
                        person,
                        person.roles().stream()
                                .sorted(Comparator.comparing(
                                        held -> !held.place().equals(place)))
                                .toList()));
        visitor.filter(now -> !now.place().equals(place)).ifPresent(now -> moved(request, session, now));
        return visitor;
    }

    /** A page of one team must not do in another what it was made for. */
    private static void moved(HttpServletRequest request, HttpSession session, Visitor now) {
        if (List.of("GET", "HEAD").contains(request.getMethod())) {
            enter(session, now.place());
        } else if (!request.getRequestURI().equals(Paths.PLACE)) {
            throw new ProblemException(
                    Problem.of(ProblemCode.NOT_PERMITTED, "You have no place in that team any more; nothing was done"));
        }
    }

    private static void enter(HttpSession session, String place) {
        session.setAttribute(PLACE, place);
        FormTokens.begin(session);
    }

    /** In the first place that there is: a team may be suspended, never have been, or not be used from that address. */
    private Optional<Visitor> visitor(HttpServletRequest request, Person person, List<HeldRole> wanted) {
        return wanted.stream()
                .flatMap(held -> visitor(request, person, held).stream())
                .findFirst();
    }

    private Optional<Visitor> visitor(HttpServletRequest request, Person person, HeldRole held) {
        Actor actor = Actor.of(person, held.role());
        return held.team() == null
                ? Optional.of(Visitor.of(actor, null, person))
                : keys.caller(actor, held.team())
                        .flatMap(caller -> usable.find(caller.keyId(), request))
                        .map(caller -> Visitor.of(actor, caller.as(person.name()), person));
    }

    /** Goes to another place. Forms of pages of the old one are void. */
    void go(HttpSession session, String place) {
        if (place.length() <= LONGEST_PLACE) {
            enter(session, place);
        }
    }

    /** @return where the browser can end the provider's session, too */
    Optional<URI> end(HttpServletRequest request, UUID id, String proof) {
        return singleSignOn.end(id, proof, TlsDetection.address(request), Paths.SIGN_IN);
    }
}
