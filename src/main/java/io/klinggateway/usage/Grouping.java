package io.klinggateway.usage;

import io.klinggateway.generation.Labels;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a report is broken down by.
 *
 * @param label the name of the label whose values it is broken down by; null for every other dimension
 */
record Grouping(Dimension dimension, @Nullable String label) {

    private static final String LABEL_PREFIX = Dimension.LABEL.wire() + ":";

    static Grouping by(Dimension dimension) {
        return new Grouping(dimension, null);
    }

    /** @return empty if it is none, or not one of the allowed */
    static Optional<Grouping> parse(String text, Collection<Dimension> allowed) {
        if (text.startsWith(LABEL_PREFIX)) {
            String label = text.substring(LABEL_PREFIX.length());
            return label.matches(Labels.NAME) ? Optional.of(new Grouping(Dimension.LABEL, label)) : Optional.empty();
        }
        return allowed.stream()
                .filter(dimension -> dimension != Dimension.LABEL)
                .filter(dimension -> dimension.wire().equals(text))
                .map(Grouping::by)
                .findFirst();
    }

    static String names(Collection<Dimension> allowed) {
        return allowed.stream()
                .map(dimension -> dimension == Dimension.LABEL ? LABEL_PREFIX + "<name>" : dimension.wire())
                .collect(Collectors.joining(", "));
    }

    String wire() {
        return label == null ? dimension.wire() : LABEL_PREFIX + label;
    }
}
