package io.klinggateway.usage;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.Currency;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What a credit costs the teams, in money: {@code gateway.prices[]}. Reports say nothing of money if there is none.
 *
 * @param prices sorted by date, all in one currency; each holds from its day on, until the next one does
 */
@ConfigurationProperties("gateway")
record CreditPrices(@DefaultValue List<CreditPrice> prices) {

    CreditPrices {
        prices = prices.stream()
                .sorted(Comparator.comparing(CreditPrice::effectiveFrom))
                .toList();
        if (prices.stream().map(CreditPrice::currency).distinct().count() > 1) {
            throw new IllegalArgumentException("gateway.prices must all have one currency");
        }
        if (prices.stream().map(CreditPrice::effectiveFrom).distinct().count() < prices.size()) {
            throw new IllegalArgumentException("gateway.prices must have one price for each effective-from");
        }
    }

    /**
     * @param effectiveFrom the first day of holds that it is for, in a report's zone
     * @param perCredit not negative
     * @param currency by its ISO 4217 code, such as EUR
     */
    record CreditPrice(LocalDate effectiveFrom, BigDecimal perCredit, Currency currency) {

        CreditPrice {
            if (effectiveFrom == null || perCredit == null || currency == null) {
                throw new IllegalArgumentException("a price needs effective-from, per-credit and currency");
            }
            if (perCredit.signum() < 0 || perCredit.scale() > MOST_DECIMALS || perCredit.precision() > MOST_DIGITS) {
                throw new IllegalArgumentException("per-credit must be from 0 on, with at most " + MOST_DECIMALS
                        + " decimals and " + MOST_DIGITS + " digits");
            }
            if (currency.getDefaultFractionDigits() < 0) {
                throw new IllegalArgumentException("currency must be money, not " + currency);
            }
        }

        private static final int MOST_DECIMALS = 12;
        private static final int MOST_DIGITS = 24;
    }

    /** Null without a price. */
    @Nullable
    Currency currency() {
        return prices.isEmpty() ? null : prices.getFirst().currency();
    }

    /** The day from which each price holds, in their order. */
    String[] days() {
        return prices.stream().map(price -> price.effectiveFrom().toString()).toArray(String[]::new);
    }

    /** The prices of a credit, in the order of {@link #days}. */
    String[] amounts() {
        return prices.stream().map(price -> price.perCredit().toPlainString()).toArray(String[]::new);
    }
}
