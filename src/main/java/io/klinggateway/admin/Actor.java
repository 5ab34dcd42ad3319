package io.klinggateway.admin;

import io.klinggateway.signin.Person;
import io.klinggateway.signin.Role;
import io.klinggateway.tenant.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Who acts, as the records show it: an operator, or a team's own admin.
 *
 * @param name of the token that was sent, of the person, or of the team whose key it was
 * @param role what allowed it; null for the configuration, which nobody has to allow
 * @param person the person's subject at the identity provider; null if nobody signed in there
 */
public record Actor(
        String name,
        WayIn wayIn,
        @Nullable Role role,
        @Nullable String person) {

    /** How whoever acts has come in. */
    public enum WayIn {
        TOKEN,
        KEY,
        SINGLE_SIGN_ON,
        CONFIGURATION
    }

    static Actor configuration() {
        return new Actor("configuration", WayIn.CONFIGURATION, null, null);
    }

    static Actor byToken(String name) {
        return new Actor(name, WayIn.TOKEN, Role.OPERATOR, null);
    }

    public static Actor byKey(Caller caller) {
        return new Actor(caller.tenant().name() + "/" + caller.keyName(), WayIn.KEY, Role.MEMBER, null);
    }

    /** @param role the one of the person's that allows it */
    public static Actor of(Person person, Role role) {
        return new Actor(person.name(), WayIn.SINGLE_SIGN_ON, role, person.subject());
    }
}
