package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Prices as they are set. */
class CreditPricesTests {

    @Test
    void pricesStandInTheOrderOfTheirDays() {
        CreditPrices prices = bound(Map.of(
                "gateway.prices[0].effective-from", "2026-12-01",
                "gateway.prices[0].per-credit", "0.055",
                "gateway.prices[0].currency", "EUR",
                "gateway.prices[1].effective-from", "2026-01-01",
                "gateway.prices[1].per-credit", "0.05",
                "gateway.prices[1].currency", "EUR"));

        assertThat(prices.days()).containsExactly("2026-01-01", "2026-12-01");
        assertThat(prices.amounts()).containsExactly("0.05", "0.055");
        assertThat(prices.currency()).hasToString("EUR");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-01, 0.05, USD, one currency",
        "2026-01-01, 0.06, EUR, one price for each",
        "2026-12-01, -0.05, EUR, from 0 on",
        "2026-12-01, 0.0000000000001, EUR, decimals",
        "2026-12-01, 0.05, XAU, must be money",
        ", 0.05, EUR, needs effective-from"
    })
    void whatCannotBeMeantIsRefused(String from, String perCredit, String currency, String why) {
        Map<String, String> settings = new java.util.HashMap<>(Map.of(
                "gateway.prices[0].effective-from", "2026-01-01",
                "gateway.prices[0].per-credit", "0.05",
                "gateway.prices[0].currency", "EUR",
                "gateway.prices[1].per-credit", perCredit,
                "gateway.prices[1].currency", currency));
        if (from != null) {
            settings.put("gateway.prices[1].effective-from", from);
        }

        assertThatThrownBy(() -> bound(settings)).rootCause().hasMessageContaining(why);
    }

    private static CreditPrices bound(Map<String, String> settings) {
        return new Binder(new MapConfigurationPropertySource(settings)).bindOrCreate("gateway", CreditPrices.class);
    }
}
