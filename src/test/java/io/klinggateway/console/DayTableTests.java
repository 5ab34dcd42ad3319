package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.usage.SpendForecast.DaySpend;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class DayTableTests {

    private static final LocalDate TODAY = LocalDate.parse("2026-11-23");

    @Test
    void whatIsSpentWhereItIsTomorrowIsShown() {
        DayTable table = DayTable.of(
                List.of(new DaySpend(TODAY, "design", 2), new DaySpend(TODAY.plusDays(1), "tokyo", 4)), TODAY);

        assertThat(table.days()).hasSize(DayTable.DAYS);
        assertThat(table.days().getLast()).isEqualTo(new DayTable.Day(TODAY.plusDays(1), List.of(0L, 4L), 4));
        assertThat(table.total()).isEqualTo(6);
    }

    @Test
    void aTableWithoutSpendEndsToday() {
        DayTable table = DayTable.of(List.of(), TODAY);

        assertThat(table.days()).hasSize(DayTable.DAYS);
        assertThat(table.days().getLast().date()).isEqualTo(TODAY);
    }
}
