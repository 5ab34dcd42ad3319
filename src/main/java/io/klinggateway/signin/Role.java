package io.klinggateway.signin;

import java.util.Locale;

/** What somebody may do. A token of the settings has the role of an operator, a team's key that of a member. */
public enum Role {
    /** Changes everything. */
    OPERATOR,
    /** Sees what operators see, and changes nothing. */
    VIEWER,
    /** Of a team: what members may, and what concerns its keys, notices and requests for credits. */
    ADMIN,
    /** Of a team: sees its spend and jobs, tries, and cancels. */
    MEMBER;

    /** Whether it is held in one team, not in the whole. */
    public boolean isOfTeam() {
        return this == ADMIN || this == MEMBER;
    }

    /** As it is shown, and named in settings. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
