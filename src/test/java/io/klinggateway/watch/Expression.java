package io.klinggateway.watch;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** An expression of PromQL, as far as its metrics and groupings are concerned. */
record Expression(String text) {

    private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{([^}]*)})?");
    private static final Pattern LABELS = Pattern.compile("\\b(?:by|on|group_left) \\([^)]*\\)");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]|\\b(?:offset|@) \\S+");
    private static final Pattern AGGREGATION =
            Pattern.compile("\\b(sum|min|max|avg|count|group|topk|bottomk|quantile)\\b(?: by \\(([^)]*)\\))?");
    private static final Pattern MATCHING = Pattern.compile("\\bon \\(([^)]*)\\)");
    private static final Set<String> WORDS =
            Set.of("and", "or", "unless", "on", "by", "bool", "group_left", "offset", "sum", "min", "max", "topk", "e");

    /** @param matchers without braces; empty if there are none */
    record Selector(String metric, String matchers) {}

    /** Every metric that it reads. */
    List<Selector> selectors() {
        String bare = RANGE.matcher(LABELS.matcher(text).replaceAll("")).replaceAll("");
        return METRIC.matcher(bare)
                .results()
                .filter(found -> !WORDS.contains(found.group(1)) && !isCall(bare, found) && !isInside(bare, found))
                .map(found -> new Selector(found.group(1), found.group(2) == null ? "" : found.group(2)))
                .toList();
    }

    Stream<String> metrics() {
        return selectors().stream().map(Selector::metric);
    }

    /** What each aggregation keeps; empty for one that keeps nothing. */
    Stream<String> groupings() {
        return AGGREGATION
                .matcher(STRING.matcher(text).replaceAll(""))
                .results()
                .map(found -> found.group(2) == null ? "" : found.group(2));
    }

    /** The labels by which its sides are matched, where it names them. */
    Stream<String> matchings() {
        return MATCHING.matcher(text).results().map(found -> found.group(1));
    }

    private static boolean isCall(String bare, MatchResult found) {
        return bare.substring(found.end()).stripLeading().startsWith("(");
    }

    /** A number's exponent or a unit is no name of its own. */
    private static boolean isInside(String bare, MatchResult found) {
        return found.start() > 0
                && (Character.isLetterOrDigit(bare.charAt(found.start() - 1)) || bare.charAt(found.start() - 1) == '$');
    }
}
