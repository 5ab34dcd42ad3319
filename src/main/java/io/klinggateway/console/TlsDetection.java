package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/** Whether the browser speaks TLS: to the gateway, or to a proxy before it. */
final class TlsDetection {

    private TlsDetection() {}

    /** Where the browser says that the gateway is, without a path. */
    static String address(HttpServletRequest request) {
        ServletUriComponentsBuilder address = ServletUriComponentsBuilder.fromContextPath(request);
        if (is(request)) {
            address.scheme("https");
        }
        return address.toUriString();
    }

    /** A false claim of TLS harms only its own browser, which then does not send the cookies back. */
    static boolean is(HttpServletRequest request) {
        String claim = request.getHeader("X-Forwarded-Proto");
        return request.isSecure()
                || (claim != null && claim.split(",", 2)[0].strip().equalsIgnoreCase("https"));
    }
}
