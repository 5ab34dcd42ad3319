package io.klinggateway.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ChartReadmeTests {

    private static final String BEGIN = "<!-- values: written by ChartReadmeTests -->\n";
    private static final String END = "\n<!-- end of values -->";
    private static final Path README = Chart.DIRECTORY.resolve("README.md");

    /** {@code ./mvnw test -Dtest=ChartReadmeTests -Dchart.readme=write} writes the table anew. */
    @Test
    void theTableOfValuesIsThatOfTheChart() throws IOException {
        var table = ValuesTable.of(Files.readString(Chart.DIRECTORY.resolve("values.yaml")));
        var readme = Files.readString(README);
        var begin = readme.indexOf(BEGIN) + BEGIN.length();
        var end = readme.indexOf(END);
        if ("write".equals(System.getProperty("chart.readme"))) {
            Files.writeString(README, readme.substring(0, begin) + table + readme.substring(end));
        } else {
            assertThat(readme.substring(begin, end)).isEqualTo(table);
        }
    }

    @Test
    void aValueWithoutACommentIsFound() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ValuesTable.of("a:\n  # said\n  b: 1\n  c: 2\n"))
                .withMessage("a.c has no comment");
    }
}
