package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.WindowView;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetBarTests {

    @ParameterizedTest
    @CsvSource({
        // first threshold, held, captured, amber, red
        "50, 0, 49, false, false",
        "50, 1, 49, true, false",
        "80, 0, 79, false, false",
        "80, 40, 40, true, false",
        "33, 0, 33, true, false",
        ", 0, 99, false, false",
        ", 50, 50, false, true",
        "100, 0, 99, false, false",
        "100, 0, 100, true, true",
    })
    void itIsAmberFromTheTeamsFirstThresholdAndRedWhenNothingIsLeft(
            @Nullable Integer firstThreshold, long held, long captured, boolean amber, boolean red) {
        BudgetBar bar = new BudgetBar(window(100L, held, captured), firstThreshold);

        assertThat(bar.low()).isEqualTo(amber);
        assertThat(bar.empty()).isEqualTo(red);
    }

    private static WindowView window(Long limit, long held, long captured) {
        return new WindowView(
                "month",
                false,
                PeriodKind.MONTH,
                1,
                limit,
                null,
                limit,
                held,
                captured,
                limit - held - captured,
                0,
                0,
                null,
                null,
                null);
    }
}
