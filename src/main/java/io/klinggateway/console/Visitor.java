package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.signin.HeldRole;
import io.klinggateway.signin.Person;
import io.klinggateway.signin.Role;
import io.klinggateway.tenant.Caller;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/**
 * Who has signed in, found good for this request, and the one role that this request has. Holds no credentials. The
 * principal is the {@link Caller} in a team, and the {@link Actor} elsewhere; templates know the visitor as {@code me}.
 */
final class Visitor extends AbstractAuthenticationToken {

    private final transient Actor actor;
    private final transient @Nullable Caller caller;
    private final String name;
    private final transient List<HeldRole> places;

    private Visitor(Actor actor, @Nullable Caller caller, String name, List<HeldRole> places) {
        super(List.of(
                new SimpleGrantedAuthority(Objects.requireNonNull(actor.role()).name())));
        this.actor = actor;
        this.caller = caller;
        this.name = name;
        this.places = places;
        setAuthenticated(true);
    }

    /** By a team's key. */
    static Visitor of(Caller caller) {
        return new Visitor(Actor.byKey(caller), caller, caller.tenant().name(), List.of());
    }

    /** By a token. */
    static Visitor of(Actor actor) {
        return new Visitor(actor, null, actor.name(), List.of());
    }

    /**
     * By single sign-on.
     *
     * @param actor the person, in the role that counts now
     * @param caller whom the person acts as in a team; null outside of teams
     */
    static Visitor of(Actor actor, @Nullable Caller caller, Person person) {
        return new Visitor(actor, caller, person.name(), person.roles());
    }

    /** As the records show whoever does something now. */
    Actor actor() {
        return actor;
    }

    /** Whether this is the side of operators, and of those who watch them; else it is a team's. */
    public boolean isOperator() {
        return caller == null;
    }

    /** Whether this is a person, and neither a key nor a token. */
    public boolean isPerson() {
        return actor.wayIn() == Actor.WayIn.SINGLE_SIGN_ON;
    }

    /** Whether nothing can be changed. */
    public boolean isReader() {
        return actor.role() == Role.VIEWER;
    }

    /** Whether this is somebody who decides for the team: its keys, notices and requests for credits. */
    public boolean isTeamAdmin() {
        return actor.role() == Role.ADMIN;
    }

    /** A key asks for credits by the API, and so it does here. */
    public boolean mayAskForCredits() {
        return isTeamAdmin() || (caller != null && !isPerson());
    }

    /** What the visitor is here, in words. */
    public String getKind() {
        if (!isPerson()) {
            return isOperator() ? "operator" : "team";
        }
        String role = Objects.requireNonNull(actor.role()).word();
        return caller == null ? role : role + " of " + caller.tenant().name();
    }

    /** As {@link HeldRole#place()}. */
    String place() {
        return new HeldRole(
                        Objects.requireNonNull(actor.role()),
                        caller == null ? null : caller.tenant().name())
                .place();
    }

    /** Where the person has a role; empty for who is no person. */
    public List<HeldRole> getPlaces() {
        return places;
    }

    /** Whether that is the place that the person is in. */
    public boolean isIn(HeldRole held) {
        return held.place().equals(place());
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public Object getPrincipal() {
        return caller == null ? actor : caller;
    }

    @Override
    public String getCredentials() {
        return "";
    }
}
