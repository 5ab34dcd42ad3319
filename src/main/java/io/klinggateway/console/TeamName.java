package io.klinggateway.console;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A team's name as a visitor writes it: whatever no team can be called is not asked for. */
final class TeamName {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,63}");

    private TeamName() {}

    /** @return empty if there can be no such team */
    static Optional<String> parse(String text) {
        return Optional.of(text.strip().toLowerCase(Locale.ROOT))
                .filter(name -> NAME.matcher(name).matches());
    }
}
