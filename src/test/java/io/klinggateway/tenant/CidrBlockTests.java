package io.klinggateway.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrBlockTests {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
        "10.20.4.0/22, 10.20.7.255, 10.20.8.0",
        "203.0.113.7, 203.0.113.7, 203.0.113.6",
        "0.0.0.0/0, 255.255.255.255, ::1",
        "2001:db8::/32, 2001:db8:ffff::1, 2001:db9::",
        "2001:db8::7, 2001:db8::7, 2001:db8::6",
        "::/0, fe80::1, 10.0.0.1",
        "10.0.0.0/8, ::ffff:10.1.2.3, ::10.1.2.3"
    })
    void aNetworkContainsItsAddressesAlone(String network, String inside, String outside) {
        CidrBlock parsed = CidrBlock.parse(network).orElseThrow();

        assertThat(parsed.contains(InetAddress.ofLiteral(inside))).isTrue();
        assertThat(parsed.contains(InetAddress.ofLiteral(outside))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.0.0.0/8",
        "' 203.0.113.7 ', 203.0.113.7/32",
        "2001:DB8:0:0::/32, 2001:db8::/32",
        "::1, ::1/128",
        "::, ::/128",
        "fe80:0:0:0:1:0:0:1, fe80::1:0:0:1/128"
    })
    void aNetworkIsWrittenInOneWay(String text, String written) {
        CidrBlock parsed = CidrBlock.parse(text).orElseThrow();

        assertThat(parsed).hasToString(written);
        assertThat(CidrBlock.parse(written)).contains(parsed);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0/8",
                "10",
                "300.0.0.0/8",
                "2001:db8::1/32",
                "::/129",
                "localhost",
                "10.0.0.0/8,",
                "10.0.0.0/-1",
                "10.0.0.0/",
                "::ffff:10.0.0.0/104",
                "fe80::1%eth0",
                "0x0a000000/8"
            })
    void whatIsNoNetworkIsRefused(String text) {
        assertThat(CidrBlock.parse(text)).isEmpty();
    }
}
