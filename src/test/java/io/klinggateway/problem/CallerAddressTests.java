package io.klinggateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.util.unit.DataSize;

class CallerAddressTests {

    private final CallerAddress addresses = new CallerAddress(new HttpSettings(
            DataSize.ofKilobytes(64), Duration.ofSeconds(30), null, List.of("10.0.0.0/8", "2001:db8:1::/48")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nobody said                 | 192.0.2.1     |                                 | 192.0.2.1",
                "an unknown proxy            | 192.0.2.1     | 198.51.100.1                    | 192.0.2.1",
                "a trusted proxy             | 10.0.0.1      | 198.51.100.1                    | 198.51.100.1",
                "two of them                 | 10.0.0.1      | 198.51.100.1, 10.9.9.9          | 198.51.100.1",
                "what a caller wrote before  | 10.0.0.1      | 1.2.3.4, 198.51.100.1, 10.9.9.9 | 198.51.100.1",
                "only proxies                | 10.0.0.1      | 10.0.0.2                        | 10.0.0.2",
                "nonsense                    | 10.0.0.1      | 1.2.3.4, unknown                | unknown",
                "a name                      | 10.0.0.1      | host.example                    | unknown",
                "with a port                 | 10.0.0.1      | 198.51.100.1:51234              | 198.51.100.1",
                "in brackets                 | 10.0.0.1      | [2001:db8::1]:443               | 2001:db8::1",
                "a proxy by IPv6             | 2001:db8:1::5 | 198.51.100.1                    | 198.51.100.1",
            })
    void theAddressIsTheLastThatIsNoTrustedProxys(String about, String remote, String forwarded, String expected) {
        assertThat(addresses.of(request(remote, forwarded))).as(about).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"2001:db8:5:6::1, 2001:db8:5:6:ffff::2, true", "2001:db8:5:6::1, 2001:db8:5:7::1, false"})
    void ofIpv6ItIsTheNetwork(String one, String other, boolean same) {
        assertThat(addresses.networkOf(request(one, null)).equals(addresses.networkOf(request(other, null))))
                .isEqualTo(same);
    }

    private static MockHttpServletRequest request(String remote, @Nullable String forwarded) {
        var request = new MockHttpServletRequest();
        request.setRemoteAddr(remote);
        if (forwarded != null) {
            request.addHeader("X-Forwarded-For", forwarded);
        }
        return request;
    }
}
