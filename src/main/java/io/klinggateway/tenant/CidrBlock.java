package io.klinggateway.tenant;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Neighbouring addresses, of IPv4 or of IPv6.
 *
 * @param base its first address
 * @param prefixLength how many leading bits all of them share
 */
public record CidrBlock(InetAddress base, int prefixLength) {

    private static final Pattern TEXT =
            Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:/(\\d{1,3}))?");

    private static final Pattern ZEROS = Pattern.compile("(?:^|:)0(?::0)+(?::|$)");

    public CidrBlock {
        byte[] bytes = base.getAddress();
        if (prefixLength < 0 || prefixLength > bytes.length * Byte.SIZE) {
            throw new IllegalArgumentException("no such prefix length: " + prefixLength);
        }
        for (int bit = prefixLength; bit < bytes.length * Byte.SIZE; bit++) {
            if (isSet(bytes, bit)) {
                throw new IllegalArgumentException("not the first address of a network");
            }
        }
    }

    /**
     * Reads CIDR notation such as {@code 10.0.0.0/8}, or a single address.
     *
     * @return empty if it is neither, or has bits set beyond its prefix
     */
    public static Optional<CidrBlock> parse(String text) {
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches()) {
            return Optional.empty();
        }
        try {
            InetAddress base = InetAddress.ofLiteral(parts.group(1));
            return Optional.of(new CidrBlock(
                    base,
                    parts.group(2) == null ? base.getAddress().length * Byte.SIZE : Integer.parseInt(parts.group(2))));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    /** One of IPv4 contains no address of IPv6, nor the other way round; an IPv4 address that is mapped into IPv6 is of IPv4. */
    public boolean contains(InetAddress address) {
        byte[] first = base.getAddress();
        byte[] other = address.getAddress();
        if (first.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < prefixLength; bit++) {
            if (isSet(first, bit) != isSet(other, bit)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSet(byte[] bytes, int bit) {
        return (bytes[bit / Byte.SIZE] & (0x80 >> bit % Byte.SIZE)) != 0;
    }

    /** As {@link #parse} reads it; always the same for the same network. */
    @Override
    public String toString() {
        return ZEROS.matcher(base.getHostAddress()).replaceFirst("::") + "/" + prefixLength;
    }
}
