package io.klinggateway.signin;

import java.util.Comparator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A role that a person has.
 *
 * @param team the name of the team that it is held in; null for a role that is held in none
 */
public record HeldRole(Role role, @Nullable String team) implements Comparable<HeldRole> {

    private static final Comparator<HeldRole> ORDER =
            Comparator.comparing(HeldRole::place).thenComparing(HeldRole::role);

    public HeldRole {
        if (role.isOfTeam() != (team != null)) {
            throw new IllegalArgumentException(role + " of team " + team);
        }
    }

    /** Where it is held: {@code team} and the team's name, or {@code operator}. Nobody has two roles in one place. */
    public String place() {
        return team == null ? Role.OPERATOR.word() : "team " + team;
    }

    /** What {@link #parse} reads. */
    @Override
    public String toString() {
        return team == null ? role.word() : role.word() + " of " + team;
    }

    /** Of its text. */
    static HeldRole parse(String text) {
        String[] parts = text.split(" of ", 2);
        return new HeldRole(Role.valueOf(parts[0].toUpperCase(Locale.ROOT)), parts.length == 1 ? null : parts[1]);
    }

    /** Operators first, then by team; in one place the greater role first. */
    @Override
    public int compareTo(HeldRole other) {
        return ORDER.compare(this, other);
    }
}
