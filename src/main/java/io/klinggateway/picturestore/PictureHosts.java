package io.klinggateway.picturestore;

import io.klinggateway.webhook.AddressKind;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import org.apache.hc.client5.http.DnsResolver;

/**
 * From where images are fetched: from the hosts that the operator names, and only if every address that a name has right now
 * is a public one. A name in full may lead into the operator's own network, too, but never where nobody serves images.
 */
final class PictureHosts implements DnsResolver {

    private final List<String> named;

    PictureHosts(List<String> hosts) {
        this.named = hosts.stream()
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .toList();
        for (String host : named) {
            if (!host.matches("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*")) {
                throw new IllegalArgumentException(
                        "gateway.pictures.hosts: \"" + host + "\" is neither a host name nor *. and a host name");
            }
        }
    }

    /** @throws PictureNotFetched if it must not be called */
    URI check(String url) throws PictureNotFetched {
        URI parsed = uri(url);
        String host = parsed.getHost() == null ? "" : parsed.getHost().toLowerCase(Locale.ROOT);
        boolean schemeAllowed = "https".equalsIgnoreCase(parsed.getScheme())
                || ("http".equalsIgnoreCase(parsed.getScheme()) && named.contains(host));
        if (!schemeAllowed || parsed.getRawUserInfo() != null || !isAllowed(host)) {
            throw new PictureNotFetched("host or scheme not allowed");
        }
        return parsed;
    }

    private static URI uri(String url) throws PictureNotFetched {
        try {
            return new URI(url);
        } catch (URISyntaxException malformed) {
            throw new PictureNotFetched("malformed URL");
        }
    }

    private boolean isAllowed(String host) {
        return named.stream()
                .anyMatch(name -> name.startsWith("*.") ? host.endsWith(name.substring(1)) : host.equals(name));
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        InetAddress[] addresses = InetAddress.getAllByName(host);
        for (InetAddress address : addresses) {
            boolean admitted = switch (AddressKind.of(address)) {
                case PUBLIC -> true;
                case INTERNAL -> named.contains(host.toLowerCase(Locale.ROOT));
                case FORBIDDEN -> false;
            };
            if (!admitted) {
                throw new UnknownHostException("an address of the host is not allowed");
            }
        }
        return addresses;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
