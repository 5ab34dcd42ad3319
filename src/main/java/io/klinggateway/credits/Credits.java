package io.klinggateway.credits;

/** An exact, non-negative number of vendor credits. */
public record Credits(long amount) implements Comparable<Credits> {

    public static final Credits ZERO = new Credits(0);

    public Credits {
        if (amount < 0) {
            throw new IllegalArgumentException("credits must not be negative: " + amount);
        }
    }

    /** @throws ArithmeticException if the product does not fit a long */
    public Credits times(int count) {
        return new Credits(Math.multiplyExact(amount, count));
    }

    /** What of this amount exceeds {@code other}; zero if nothing does. */
    public Credits beyond(Credits other) {
        return new Credits(Math.max(0, amount - other.amount));
    }

    public boolean isZero() {
        return amount == 0;
    }

    @Override
    public int compareTo(Credits other) {
        return Long.compare(amount, other.amount);
    }
}
