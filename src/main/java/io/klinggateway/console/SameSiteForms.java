package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRequestHandler;
import org.springframework.security.web.csrf.XorCsrfTokenRequestAttributeHandler;

/** A form's token counts only if the browser does not say that the form is another site's. */
final class SameSiteForms implements CsrfTokenRequestHandler {

    private final CsrfTokenRequestHandler tokens = new XorCsrfTokenRequestAttributeHandler();

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, Supplier<CsrfToken> token) {
        tokens.handle(request, response, token);
    }

    @Override
    public @Nullable String resolveCsrfTokenValue(HttpServletRequest request, CsrfToken token) {
        return isForeign(request) ? null : tokens.resolveCsrfTokenValue(request, token);
    }

    /** What the browser compared itself counts first: a proxy may have changed the host's name. */
    private static boolean isForeign(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null) {
            return !site.equals("same-origin") && !site.equals("none");
        }
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        return origin != null
                && !isAt(origin, request.getHeader(HttpHeaders.HOST))
                && !isAt(origin, request.getHeader("X-Forwarded-Host"));
    }

    private static boolean isAt(String origin, @Nullable String host) {
        return host != null && authority(origin).equalsIgnoreCase(withoutDefaultPort(host.split(",", 2)[0].strip()));
    }

    private static String authority(String origin) {
        try {
            String authority = URI.create(origin).getRawAuthority();
            return authority == null ? origin : withoutDefaultPort(authority);
        } catch (IllegalArgumentException unreadable) {
            return origin;
        }
    }

    private static String withoutDefaultPort(String authority) {
        return authority.replaceFirst(":(80|443)$", "");
    }
}
