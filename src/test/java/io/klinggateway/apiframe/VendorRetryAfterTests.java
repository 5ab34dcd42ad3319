package io.klinggateway.apiframe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VendorRetryAfterTests {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-07-01T12:00:00Z"), ZoneOffset.UTC);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0 | PT0S",
                "7 | PT7S",
                "' 7 ' | PT7S",
                "3600 | PT1H",
                "3601 | PT1H",
                "999999999 | PT1H",
                "99999999999999999999999999 | PT1H",
                "Wed, 01 Jul 2026 12:00:30 GMT | PT30S",
                "Wed, 01 Jul 2026 11:59:00 GMT | PT0S",
                "Fri, 31 Dec 9999 23:59:59 GMT | PT1H",
            })
    void bothFormsAreRead(String header, Duration expected) {
        assertThat(VendorRetryAfter.parse(header, CLOCK)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "soon",
                "-1",
                "1.5",
                "1e3",
                "PT5S",
                "2026-07-01T12:00:30Z",
                "Wed, 99 Jul 2026 12:00:30 GMT",
                "\u0663"
            })
    void whatIsUnreadableIsAsGoodAsAbsent(String header) {
        assertThat(VendorRetryAfter.parse(header, CLOCK)).isNull();
    }

    @Test
    void absenceIsNull() {
        assertThat(VendorRetryAfter.parse(null, CLOCK)).isNull();
    }
}
