package io.klinggateway.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Which of the known names a caller is likely to have meant by another one. */
public final class Suggestion {

    private static final int LONGEST = 64;

    /** A name that holds another one, such as image_url, means it, unless that is too short to tell. */
    private static final int SHORTEST_PART = 4;

    private Suggestion() {}

    /** @return the nearest; empty if none is near */
    public static Optional<String> of(String written, Collection<String> known) {
        return known.stream()
                .filter(name -> isNear(written, name))
                .min(Comparator.comparingInt(name -> distance(written, name)));
    }

    static boolean isNear(String written, String known) {
        String one = plain(written);
        String other = plain(known);
        if (one.length() > LONGEST || one.isEmpty()) {
            return false;
        }
        int shorter = Math.min(one.length(), other.length());
        return (shorter >= SHORTEST_PART && (one.contains(other) || other.contains(one)))
                || distance(written, known) <= Math.max(one.length(), other.length()) / 3;
    }

    /** How many letters to change, add, drop or swap with their neighbour; case and separators do not count. */
    static int distance(String written, String known) {
        String from = plain(written);
        String to = plain(known);
        int[][] steps = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                steps[i][j] = i == 0 || j == 0 ? i + j : fewest(steps, from, to, i, j);
            }
        }
        return steps[from.length()][to.length()];
    }

    private static int fewest(int[][] steps, String from, String to, int i, int j) {
        boolean same = from.charAt(i - 1) == to.charAt(j - 1);
        int fewest = Math.min(steps[i - 1][j - 1] + (same ? 0 : 1), Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
        boolean swapped =
                i > 1 && j > 1 && from.charAt(i - 1) == to.charAt(j - 2) && from.charAt(i - 2) == to.charAt(j - 1);
        return swapped ? Math.min(fewest, steps[i - 2][j - 2] + 1) : fewest;
    }

    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]", "");
    }
}
