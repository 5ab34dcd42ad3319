package io.klinggateway.problem;

import jakarta.servlet.http.HttpServletRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.security.web.util.matcher.IpAddressMatcher;
import org.springframework.stereotype.Component;

/** Tells where a request comes from: whoever is connected, unless that is a trusted proxy, which says whom it serves. */
@Component
@EnableConfigurationProperties(HttpSettings.class)
public class CallerAddress {

    private static final String HEADER = "X-Forwarded-For";

    /** An address and nothing else: a name would be looked up. */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]{7,15}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /** As some proxies write it. */
    private static final Pattern WITH_PORT = Pattern.compile("(?:[0-9.]+|\\[[^\\]]+])(?<port>(?::\\d{1,5})?)");

    private static final String UNKNOWN = "unknown";
    private static final int NETWORK_BYTES = 8;

    private final List<IpAddressMatcher> trusted;

    CallerAddress(HttpSettings settings) {
        trusted = settings.trustedProxies().stream()
                .map(String::strip)
                .filter(proxy -> !proxy.isEmpty())
                .map(IpAddressMatcher::new)
                .toList();
    }

    /** {@link #of}; of IPv6 the network, within which a caller has as many addresses as it likes. */
    public String networkOf(HttpServletRequest request) {
        return network(of(request));
    }

    /**
     * The last address that no trusted proxy has; what stands before it in the header anyone may have written. No address if a
     * trusted proxy says something else.
     */
    public String of(HttpServletRequest request) {
        String address = request.getRemoteAddr();
        for (String forwarded : forwardedLastFirst(request)) {
            if (!isTrusted(address)) {
                break;
            }
            address = withoutPort(forwarded);
        }
        return address;
    }

    private static List<String> forwardedLastFirst(HttpServletRequest request) {
        return Collections.list(request.getHeaders(HEADER)).stream()
                .flatMap(header -> Arrays.stream(header.split(",", -1)))
                .map(String::strip)
                .toList()
                .reversed();
    }

    /** A proxy whose word cannot be read is not whom it serves. */
    private static String withoutPort(String forwarded) {
        Matcher written = WITH_PORT.matcher(forwarded);
        String address = written.matches()
                ? forwarded.substring(0, written.start("port")).replaceAll("[\\[\\]]", "")
                : forwarded;
        return ADDRESS.matcher(address).matches() ? address : UNKNOWN;
    }

    private boolean isTrusted(String address) {
        return !address.equals(UNKNOWN) && trusted.stream().anyMatch(proxy -> proxy.matches(address));
    }

    private static String network(String address) {
        try {
            return InetAddress.ofLiteral(address) instanceof Inet6Address six
                    ? Arrays.toString(Arrays.copyOf(six.getAddress(), NETWORK_BYTES))
                    : address;
        } catch (IllegalArgumentException unreadable) {
            return address;
        }
    }
}
