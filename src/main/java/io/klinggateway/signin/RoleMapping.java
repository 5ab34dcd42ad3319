package io.klinggateway.signin;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads people's roles from the provider's claims. */
final class RoleMapping {

    private static final String TEAM = "{team}";
    private static final String TEAM_NAME = "([a-z0-9-]{1,63})";

    private final String claim;
    private final List<Rule> rules;

    /** @throws IllegalStateException with a sentence that names the setting, if the mapping lets nobody in or is no sound one */
    RoleMapping(SignInSettings settings) {
        this.claim = settings.rolesClaim();
        List<Rule> all = new ArrayList<>();
        settings.roles().byRole().forEach((role, values) -> values.forEach(value -> all.add(rule(role, value))));
        settings.teams()
                .forEach((team, roles) ->
                        roles.forEach((role, values) -> values.forEach(value -> all.add(rule(team, role, value)))));
        if (all.isEmpty()) {
            throw new IllegalStateException(
                    "gateway.sign-in.roles and gateway.sign-in.teams are empty: one of them must say"
                            + " which values of the claim \"" + claim + "\" give which role");
        }
        this.rules = List.copyOf(all);
    }

    /** @param team null if the value itself holds it */
    private record Rule(Role role, @Nullable String team, Pattern value) {

        Optional<HeldRole> role(String held) {
            Matcher match = value.matcher(held);
            if (!match.matches()) {
                return Optional.empty();
            }
            return Optional.of(new HeldRole(role, role.isOfTeam() ? (team == null ? match.group(1) : team) : null));
        }
    }

    private static Rule rule(Role role, String value) {
        int team = value.indexOf(TEAM);
        if (role.isOfTeam() != team >= 0) {
            throw new IllegalStateException("gateway.sign-in.roles." + role.word() + ": \"" + value + "\" must "
                    + (role.isOfTeam() ? "have " : "not have ") + TEAM + " in it");
        }
        String pattern = team < 0
                ? Pattern.quote(value)
                : Pattern.quote(value.substring(0, team))
                        + TEAM_NAME
                        + Pattern.quote(value.substring(team + TEAM.length()));
        return new Rule(role, null, Pattern.compile(pattern));
    }

    private static Rule rule(String team, Role role, String value) {
        if (!role.isOfTeam()) {
            throw new IllegalStateException("gateway.sign-in.teams." + team + "." + role.word() + ": a team has only "
                    + Role.ADMIN.word() + " and " + Role.MEMBER.word());
        }
        return new Rule(role, team, Pattern.compile(Pattern.quote(value)));
    }

    /** Whether the claims say anything of roles. */
    boolean isSaidIn(Map<String, ?> claims) {
        return valueIn(claims) != null;
    }

    /** In the order of {@link HeldRole}; of two roles in one place the greater. */
    List<HeldRole> roles(Map<String, ?> claims) {
        Map<String, HeldRole> byPlace = new TreeMap<>();
        texts(valueIn(claims))
                .flatMap(text -> rules.stream().flatMap(rule -> rule.role(text).stream()))
                .sorted()
                .forEach(held -> byPlace.putIfAbsent(held.place(), held));
        return byPlace.values().stream().sorted().toList();
    }

    private static Stream<String> texts(@Nullable Object value) {
        return switch (value) {
            case String text -> Stream.of(text);
            case Collection<?> list ->
                list.stream().filter(String.class::isInstance).map(String.class::cast);
            case null, default -> Stream.empty();
        };
    }

    /** A claim of the whole name goes before one within objects. */
    private @Nullable Object valueIn(Map<String, ?> claims) {
        if (claims.containsKey(claim)) {
            return claims.get(claim);
        }
        Object value = claims;
        for (String name : claim.split("\\.", -1)) {
            value = value instanceof Map<?, ?> object ? object.get(name) : null;
        }
        return value;
    }
}
