package io.klinggateway.tenant;

import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a request with a key comes from.
 *
 * @param address null if it has none that can be read
 */
record CallerOrigin(@Nullable InetAddress address) {

    static CallerOrigin of(String address) {
        return new CallerOrigin(literal(address).orElse(null));
    }

    private static Optional<InetAddress> literal(String address) {
        try {
            return Optional.of(InetAddress.ofLiteral(address.replaceFirst("%.*", "")));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    boolean isIn(CidrBlock network) {
        return address != null && network.contains(address);
    }

    @Override
    public String toString() {
        return address == null ? "an unknown address" : address.getHostAddress();
    }
}
