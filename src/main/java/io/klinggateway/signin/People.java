package io.klinggateway.signin;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes people of what the provider says. */
final class People {

    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_SUBJECT = 255;

    private final SignInSettings settings;
    private final RoleMapping roles;

    People(SignInSettings settings, RoleMapping roles) {
        this.settings = settings;
        this.roles = roles;
    }

    /** Empty if nobody is meant, or the person has no role here. */
    Optional<Person> person(Map<String, Object> claims) {
        List<HeldRole> held = roles.roles(claims);
        return claims.get("sub") instanceof String subject && isPlausible(subject) && !held.isEmpty()
                ? Optional.of(new Person(subject, name(claims, subject), held))
                : Optional.empty();
    }

    private static boolean isPlausible(String subject) {
        return !subject.isBlank()
                && subject.length() <= LONGEST_SUBJECT
                && subject.codePoints().allMatch(People::isShown);
    }

    private String name(Map<String, Object> claims, String subject) {
        return Stream.of(settings.nameClaim(), "preferred_username", "email")
                .map(claims::get)
                .filter(String.class::isInstance)
                .map(text -> shown((String) text))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse(subject);
    }

    /** Nothing that hides, turns around or ends what stands beside it. */
    private static String shown(String text) {
        return text.codePoints()
                .filter(People::isShown)
                .limit(LONGEST_NAME)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString()
                .strip();
    }

    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
