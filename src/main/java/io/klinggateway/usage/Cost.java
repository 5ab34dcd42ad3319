package io.klinggateway.usage;

import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;

/** Money, exact. It is rounded where it is shown, half up to the currency's own decimals, and nowhere before. */
record Cost(BigDecimal exact, Currency currency) {

    static Cost zero(Currency currency) {
        return new Cost(BigDecimal.ZERO, currency);
    }

    Cost plus(Cost other) {
        return new Cost(exact.add(other.exact), currency);
    }

    /** A decimal number; in JSON a text, so that no reader makes a floating-point number of it. */
    @JsonValue
    String rounded() {
        return exact.setScale(currency.getDefaultFractionDigits(), RoundingMode.HALF_UP)
                .toPlainString();
    }
}
