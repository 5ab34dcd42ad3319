package io.klinggateway.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** A range of addresses that share their first bits. */
record CidrBlock(InetAddress base, int prefixLength) {

    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    CidrBlock {
        if (prefixLength < 0 || prefixLength > base.getAddress().length * Byte.SIZE) {
            throw new IllegalArgumentException("no prefix of an address: /" + prefixLength);
        }
    }

    /**
     * @param cidr such as {@code 10.0.0.0/8} or {@code fd00::/8}
     * @throws IllegalArgumentException if it is anything else
     */
    static CidrBlock of(String cidr) {
        int slash = cidr.indexOf('/');
        InetAddress base = address(slash < 0 ? cidr : cidr.substring(0, slash))
                .orElseThrow(() -> new IllegalArgumentException("not a network: " + cidr));
        try {
            return new CidrBlock(
                    base,
                    slash < 0 ? base.getAddress().length * Byte.SIZE : Integer.parseInt(cidr.substring(slash + 1)));
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException("not a network: " + cidr, notANumber);
        }
    }

    /** Reads an address without ever asking a name server. */
    static Optional<InetAddress> address(String literal) {
        if (!ADDRESS.matcher(literal).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    literal.indexOf(':') < 0 ? Inet4Address.ofLiteral(literal) : InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    boolean contains(InetAddress address) {
        byte[] ours = base.getAddress();
        byte[] theirs = address.getAddress();
        if (ours.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((ours[bit / Byte.SIZE] ^ theirs[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The IPv4 address that a NAT64 gateway would turn this one into (RFC 6052: the last four bytes). */
    static InetAddress embeddedIpv4(InetAddress nat64) {
        byte[] bytes = nat64.getAddress();
        try {
            return InetAddress.getByAddress(new byte[] {
                bytes[bytes.length - 4], bytes[bytes.length - 3], bytes[bytes.length - 2], bytes[bytes.length - 1]
            });
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("four bytes are an address", impossible);
        }
    }
}
