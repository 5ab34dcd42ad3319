package io.klinggateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressKindTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "8.8.8.8",
                "172.15.255.255",
                "172.32.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001:80b::200e",
                "::ffff:1.1.1.1",
                "64:ff9b::1.1.1.1"
            })
    void whatAnybodyCanReachIsPublic(String address) {
        assertThat(kindOf(address)).isEqualTo(AddressKind.PUBLIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.255",
                "::1",
                "fc00::1",
                "fdff:ffff::1",
                "::ffff:127.0.0.1",
                "::ffff:10.1.2.3",
                "64:ff9b::127.0.0.1",
                "64:ff9b::10.1.2.3"
            })
    void whatOnlyTheCompanyReachesIsInternal(String address) {
        assertThat(kindOf(address)).isEqualTo(AddressKind.INTERNAL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "169.254.169.254",
                "169.254.0.1",
                "192.0.0.192",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.255",
                "198.51.100.7",
                "203.0.113.9",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "100.100.100.200",
                "168.63.129.16",
                "::",
                "fe80::1",
                "fec0::1",
                "ff02::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "fd00:ec2::254",
                "fd20:ce::254",
                "64:ff9b:1::1",
                "::127.0.0.1",
                "100::1",
                "5f00::1",
                "::ffff:169.254.169.254",
                "64:ff9b::169.254.169.254",
                "64:ff9b::"
            })
    void whatIsNobodysReceiverIsForbidden(String address) {
        assertThat(kindOf(address)).isEqualTo(AddressKind.FORBIDDEN);
    }

    @Test
    void everyAddressBesideAPrivateNetworkIsJudgedByItself() {
        assertThat(kindOf("9.255.255.255")).isEqualTo(AddressKind.PUBLIC);
        assertThat(kindOf("10.0.0.0")).isEqualTo(AddressKind.INTERNAL);
        assertThat(kindOf("10.255.255.255")).isEqualTo(AddressKind.INTERNAL);
        assertThat(kindOf("11.0.0.0")).isEqualTo(AddressKind.PUBLIC);
    }

    private static AddressKind kindOf(String address) {
        try {
            return AddressKind.of(InetAddress.getByName(address));
        } catch (UnknownHostException notAnAddress) {
            throw new IllegalArgumentException(notAnAddress);
        }
    }
}
