package io.klinggateway.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** Where an address leads, as far as it matters for whom the gateway may call. */
enum AddressKind {
    /** On the Internet; anybody could call it. */
    PUBLIC,
    /** Inside the company or on this machine: loopback, private, shared (CGNAT), unique local. */
    INTERNAL,
    /** Never a receiver: link-local (cloud metadata among them), multicast, unspecified, reserved, tunnels. */
    FORBIDDEN;

    private static final List<CidrBlock> INTERNAL_NETWORKS = networks(
            "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1", "fc00::/7");

    /** The IANA registries of special-purpose addresses, without what is internal. */
    private static final List<CidrBlock> FORBIDDEN_IPV4 = networks(
            "0.0.0.0/8",
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4");

    /** Everything public in IPv6 lies in here, but for the parts that follow. */
    private static final CidrBlock GLOBAL_IPV6 = CidrBlock.of("2000::/3");

    /** Teredo and other protocols, documentation, 6to4: some wrap an IPv4 address of anybody's choice. */
    private static final List<CidrBlock> FORBIDDEN_GLOBAL_IPV6 =
            networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20");

    /** Cloud metadata services that answer on an address which would pass as internal or public. */
    private static final List<CidrBlock> METADATA =
            networks("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192");

    private static final CidrBlock NAT64 = CidrBlock.of("64:ff9b::/96");

    /** IPv4-mapped IPv6 addresses are no case of their own: the JDK reads them as IPv4. */
    static AddressKind of(InetAddress address) {
        if (NAT64.contains(address)) {
            return of(CidrBlock.embeddedIpv4(address));
        }
        if (in(METADATA, address)) {
            return FORBIDDEN;
        }
        if (in(INTERNAL_NETWORKS, address)) {
            return INTERNAL;
        }
        boolean forbidden = address instanceof Inet4Address
                ? in(FORBIDDEN_IPV4, address)
                : !GLOBAL_IPV6.contains(address) || in(FORBIDDEN_GLOBAL_IPV6, address);
        return forbidden ? FORBIDDEN : PUBLIC;
    }

    private static boolean in(List<CidrBlock> networks, InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static List<CidrBlock> networks(String... cidrs) {
        return Stream.of(cidrs).map(CidrBlock::of).toList();
    }
}
