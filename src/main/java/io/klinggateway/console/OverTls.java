package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;

/** Whether the browser speaks TLS: to the gateway, or to a proxy before it. */
final class OverTls {

    private OverTls() {}

    /** A false claim of TLS harms only its own browser, which then does not send the cookies back. */
    static boolean is(HttpServletRequest request) {
        String claim = request.getHeader("X-Forwarded-Proto");
        return request.isSecure()
                || (claim != null && claim.split(",", 2)[0].strip().equalsIgnoreCase("https"));
    }
}
