package io.klinggateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsageCsvTests {

    private static final Currency YEN = Currency.getInstance("JPY");
    private static final List<Grouping> BY_MONTH_AND_PROJECT =
            List.of(Grouping.by(Dimension.MONTH), new Grouping(Dimension.LABEL, "project"));

    @Test
    void everyPartHasAColumnAndMoneyIsRoundedToItsCurrency() {
        assertThat(UsageCsv.write(
                        report("JPY", row("4711", "spring", new Cost(new BigDecimal("2.5"), YEN))),
                        BY_MONTH_AND_PROJECT))
                .isEqualTo("""
                        month,closed,label:project,costCentre,generations,images,credits,failures,failedImages,cost,currency,zone\r
                        2026-10,true,spring,4711,1,2,-4,3,6,3,JPY,Europe/Berlin\r
                        """);
    }

    @Test
    void withoutPricesThereIsNoMoney() {
        assertThat(UsageCsv.write(report(null, row("4711", "spring", null)), BY_MONTH_AND_PROJECT))
                .startsWith(
                        "month,closed,label:project,costCentre,generations,images,credits,failures,failedImages,zone\r\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "-1+2 | '-1+2",
                "=1+2 | '=1+2",
                "+12 | '+12",
                "@SUM(A1) | '@SUM(A1)",
                "a,b | \"a,b\"",
                "12\" | \"12\"\"\"",
                "=\"a\",1 | \"'=\"\"a\"\",1\"",
                "plain text | plain text"
            })
    void aTextIsNeitherAFormulaNorMoreThanOneCell(String text, String cell) {
        assertThat(UsageCsv.write(report(null, row(text, "spring", null)), List.of(Grouping.by(Dimension.MONTH))))
                .contains("2026-10,true," + cell + ",1,2");
    }

    private static UsageReport report(@Nullable String currency, UsageRow row) {
        return new UsageReport(Instant.EPOCH, null, "Europe/Berlin", List.of(), currency, List.of(row), row);
    }

    private static UsageRow row(String costCentre, String project, @Nullable Cost cost) {
        return new UsageRow(
                null,
                costCentre,
                null,
                null,
                YearMonth.of(2026, 10),
                true,
                null,
                Map.of("project", project),
                1,
                2,
                -4,
                3,
                6,
                cost);
    }
}
