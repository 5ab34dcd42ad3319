package io.klinggateway.webhook;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.springframework.boot.http.client.InetAddressFilter;

/**
 * Where an address leads: the SSRF rule for each address that the gateway connects to in somebody's name, for webhooks and for
 * pictures.
 */
public enum AddressKind {
    /** On the Internet, reachable from everywhere. */
    PUBLIC,
    /** Inside the operator's network or on this machine: loopback, private, shared (CGNAT), unique local. */
    INTERNAL,
    /** Never a receiver: link-local (cloud metadata among them), multicast, unspecified, reserved, tunnels. */
    FORBIDDEN;

    private static final InetAddressFilter INTERNAL_NETWORKS = InetAddressFilter.of(
            "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1", "fc00::/7");

    /** Everything public in IPv6 lies in here. */
    private static final InetAddressFilter GLOBAL_IPV6 = InetAddressFilter.of("2000::/3");

    /** Spring's list of the IANA registries lacks the newer block for documentation. */
    private static final InetAddressFilter SPECIAL =
            InetAddressFilter.specialPurpose().or(InetAddressFilter.multicast()).or("3fff::/20");

    /** Cloud metadata services that answer on an address which would pass as internal or public. */
    private static final InetAddressFilter METADATA =
            InetAddressFilter.of("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16", "192.0.0.192");

    private static final InetAddressFilter NAT64 = InetAddressFilter.of("64:ff9b::/96");

    /** IPv4-mapped IPv6 addresses are no case of their own: the JDK reads them as IPv4. */
    public static AddressKind of(InetAddress address) {
        if (NAT64.matches(address)) {
            return of(embeddedIpv4(address));
        }
        if (METADATA.matches(address)) {
            return FORBIDDEN;
        }
        if (INTERNAL_NETWORKS.matches(address)) {
            return INTERNAL;
        }
        boolean global = !(address instanceof Inet6Address) || GLOBAL_IPV6.matches(address);
        return global && !SPECIAL.matches(address) ? PUBLIC : FORBIDDEN;
    }

    /** The IPv4 address that a NAT64 gateway would turn this one into (RFC 6052: the last four bytes). */
    private static InetAddress embeddedIpv4(InetAddress nat64) {
        byte[] bytes = nat64.getAddress();
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, bytes.length - 4, bytes.length));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }
}
