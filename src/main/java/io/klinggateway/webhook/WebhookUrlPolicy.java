package io.klinggateway.webhook;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.http.client.InetAddressFilter;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The SSRF rule for webhooks: which receivers the gateway may call. Public addresses always, internal ones if the operator
 * allows them, forbidden ones never; {@link AddressKind} tells which is which. What a URL says is checked when a tenant hands it in; what its name leads to is
 * checked each time it is connected to, because a name may lead elsewhere the second time.
 */
@Component
@EnableConfigurationProperties(WebhookSettings.class)
public class WebhookUrlPolicy {

    private static final int LONGEST_URL = 2048;
    private static final String NO_URL = "must be an absolute http or https URL";
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern NETWORK = Pattern.compile("(?<base>[^/]+)(/[1-9]\\d{0,2})?");

    /** The URL standard: such a host is an IPv4 address. Some forms of it are left as they are by the parser. */
    private static final Pattern NUMBER_AT_THE_END = Pattern.compile("(^|\\.)(\\d+|0x[0-9a-f]*)$");

    private final List<String> names = new ArrayList<>();
    private final InetAddressFilter networks;

    WebhookUrlPolicy(WebhookSettings settings) {
        List<String> cidrs = new ArrayList<>();
        for (String receiver : settings.allowedReceivers()) {
            String allowed = receiver.strip().toLowerCase(Locale.ROOT);
            if (isNetwork(allowed)) {
                cidrs.add(allowed);
            } else if (allowed.matches("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*")) {
                names.add(allowed);
            } else {
                throw new IllegalArgumentException("gateway.webhooks.allowed-receivers: \"" + receiver
                        + "\" is neither a host name, nor *. and a host name, nor a network such as 10.0.0.0/8");
            }
        }
        this.networks = InetAddressFilter.of(cidrs.toArray(String[]::new));
    }

    /** {@code /0} is not accepted: to Spring's filter {@code ::/0} has every IPv4 address, too. */
    private static boolean isNetwork(String allowed) {
        Matcher network = NETWORK.matcher(allowed);
        return network.matches() && address(network.group("base")).isPresent();
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

    /** @return what the URL must be and is not, as a sentence without its subject; empty if it may be called */
    public Optional<String> brokenRule(String url) {
        try {
            parse(url);
            return Optional.empty();
        } catch (WebhookUrlNotAllowed refused) {
            return Optional.of(refused.rule());
        }
    }

    /**
     * Reads a URL as browsers and the vendor do: a host in decimal, octal or hex comes out as the address it means.
     *
     * @return the URL without its fragment; the addresses of its host are still to be checked, at each connection
     */
    URI parse(String webhookUrl) throws WebhookUrlNotAllowed {
        if (webhookUrl.length() > LONGEST_URL) {
            throw new WebhookUrlNotAllowed("must have at most " + LONGEST_URL + " characters");
        }
        if (webhookUrl.indexOf('\0') >= 0) {
            throw new WebhookUrlNotAllowed(NO_URL); // PostgreSQL stores none
        }
        URI url = uri(webhookUrl);
        if (url.getRawUserInfo() != null) {
            throw new WebhookUrlNotAllowed("must not carry a user name or password");
        }
        String host = hostOf(url);
        Optional<InetAddress> address = address(host);
        if (address.isPresent()) {
            admit(host, address.get());
        } else if (NUMBER_AT_THE_END.matcher(host).find()) {
            throw new WebhookUrlNotAllowed("must not write an address as one number");
        } else if (!isAllowedName(host) && (host.equals("localhost") || host.endsWith(".localhost"))) {
            throw new WebhookUrlNotAllowed("must not lead to the gateway's own machine");
        }
        boolean allowed =
                isAllowedName(host) || address.filter(this::isInAllowedNetwork).isPresent();
        if (!"https".equals(url.getScheme()) && !allowed) {
            throw new WebhookUrlNotAllowed(
                    "must be https: plain http goes only to receivers that the operator has allowed");
        }
        return url;
    }

    private static URI uri(String webhookUrl) throws WebhookUrlNotAllowed {
        try {
            UriComponents parts = UriComponentsBuilder.fromUriString(
                            webhookUrl, UriComponentsBuilder.ParserType.WHAT_WG)
                    .fragment(null)
                    .build();
            URI url = new URI(parts.encode().toUriString());
            if (!"https".equals(url.getScheme()) && !"http".equals(url.getScheme())) {
                throw new WebhookUrlNotAllowed(NO_URL);
            }
            if (url.getHost() == null || url.getHost().isEmpty()) {
                throw new WebhookUrlNotAllowed("must have a host");
            }
            return url;
        } catch (URISyntaxException | IllegalArgumentException malformed) {
            throw new WebhookUrlNotAllowed(NO_URL);
        }
    }

    /** Without the brackets of an IPv6 address and the dot that may end a name. */
    static String hostOf(URI url) {
        String host = url.getHost().toLowerCase(Locale.ROOT);
        if (host.startsWith("[")) {
            return host.substring(1, host.length() - 1);
        }
        return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    }

    /**
     * Decides about one of the addresses that a host has right now.
     *
     * @throws WebhookUrlNotAllowed if it must not be connected to
     */
    void admit(String host, InetAddress address) throws WebhookUrlNotAllowed {
        boolean admitted = isInAllowedNetwork(address)
                || switch (AddressKind.of(address)) {
                    case PUBLIC -> true;
                    case INTERNAL -> isAllowedName(host);
                    case FORBIDDEN -> false;
                };
        if (!admitted) {
            throw new WebhookUrlNotAllowed(
                    "must not lead to a private, loopback, link-local or otherwise reserved address;"
                            + " the operator can allow internal receivers");
        }
    }

    private boolean isInAllowedNetwork(InetAddress address) {
        return networks.matches(address);
    }

    private boolean isAllowedName(String host) {
        String name = host.toLowerCase(Locale.ROOT);
        return names.stream()
                .anyMatch(allowed ->
                        allowed.startsWith("*.") ? name.endsWith(allowed.substring(1)) : name.equals(allowed));
    }
}
