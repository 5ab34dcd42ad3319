package io.klinggateway.tenant;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a request with a key comes from.
 *
 * @param address null if it has none that can be read
 */
record CallerOrigin(@Nullable InetAddress address) {

    /** Whoever is connected. */
    static CallerOrigin of(HttpServletRequest request) {
        return new CallerOrigin(literal(request.getRemoteAddr()).orElse(null));
    }

    private static Optional<InetAddress> literal(String address) {
        try {
            return Optional.of(InetAddress.ofLiteral(address.replaceFirst("%.*", "")));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    boolean isIn(Network network) {
        return address != null && network.contains(address);
    }

    @Override
    public String toString() {
        return address == null ? "an unknown address" : address.getHostAddress();
    }
}
