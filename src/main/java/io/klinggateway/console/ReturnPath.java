package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.util.UriUtils;

/** Where a visitor was, or wanted to go, when asked to sign in: it goes on there. */
final class ReturnPath {

    /** The sign-in form's parameter. */
    static final String PARAMETER = "next";

    /** A page of either side. Nothing that a browser could take for another host, and nothing that a redirect expands. */
    private static final Pattern PAGE = Pattern.compile("/console/(operator|team)(?:[/?][\\w\\-./%?&=+:,~]*)?");

    private static final Pattern SIGN_IN_PAGE = Pattern.compile(Paths.SIGN_IN + "(?:\\?[\\w\\-./%?&=+:,~]*)?");

    private static final int LONGEST = 1000;

    private ReturnPath() {}

    /** The sign-in page's address for a request that is not let through. */
    static String signIn(HttpServletRequest request) {
        String ended = request.getAttribute(VisitorFilter.ENDED) == null ? "" : "ended&";
        String next = wanted(request)
                .map(page -> PARAMETER + "=" + UriUtils.encode(page, StandardCharsets.UTF_8))
                .orElse("");
        String query = (ended + next).replaceFirst("&$", "");
        return Paths.SIGN_IN + (query.isEmpty() ? "" : "?" + query);
    }

    /**
     * The page that is asked for, or the start where its address is none to repeat, as that which the identity provider leads
     * to; null for what answers a form, which is not there to come back to.
     */
    static @Nullable String here(HttpServletRequest request) {
        return request.getMethod().equals("GET")
                ? back(address(request.getRequestURI(), request.getQueryString()))
                : null;
    }

    /** Back to a page that was {@link #here}, or to the start. */
    static String back(String page) {
        boolean signIn = page.length() <= LONGEST && SIGN_IN_PAGE.matcher(page).matches();
        return signIn || isPage(page) ? page : Paths.CONSOLE;
    }

    /** Where to go after signing in: on, if it is a page of the visitor's own side. */
    static String after(@Nullable String next, Visitor visitor) {
        String side = visitor.isOperator() ? "operator" : "team";
        return next != null && isPage(next) && next.startsWith(side, "/console/".length()) ? next : Paths.CONSOLE;
    }

    /** The page that was asked for; for a form, or a part of a page, the page that has it. */
    private static Optional<String> wanted(HttpServletRequest request) {
        boolean page = request.getMethod().equals("GET") && request.getHeader("HX-Request") == null;
        return (page ? Optional.of(address(request.getRequestURI(), request.getQueryString())) : referer(request))
                .filter(ReturnPath::isPage);
    }

    private static Optional<String> referer(HttpServletRequest request) {
        try {
            return Optional.ofNullable(request.getHeader(HttpHeaders.REFERER))
                    .map(URI::create)
                    .filter(uri -> uri.getRawPath() != null)
                    .map(uri -> address(uri.getRawPath(), uri.getRawQuery()));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static String address(String path, @Nullable String query) {
        return query == null ? path : path + "?" + query;
    }

    /** Whether it is a page of either side. */
    static boolean isPage(String address) {
        return address.length() <= LONGEST && PAGE.matcher(address).matches();
    }
}
