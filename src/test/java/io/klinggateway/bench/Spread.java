package io.klinggateway.bench;

import java.util.List;
import java.util.Locale;

/** Several values of the same thing. */
record Spread(double lowest, double median, double highest) {

    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            return new Spread(Double.NaN, Double.NaN, Double.NaN);
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(sorted.getFirst(), median, sorted.getLast());
    }

    static Spread of(double value) {
        return new Spread(value, value, value);
    }

    /** The median, and in brackets from where to where the values lie, if they differ. */
    String text(int decimals) {
        return lowest == highest
                ? number(median, decimals)
                : number(median, decimals) + " (" + number(lowest, decimals) + "–" + number(highest, decimals) + ")";
    }

    static String number(double value, int decimals) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
