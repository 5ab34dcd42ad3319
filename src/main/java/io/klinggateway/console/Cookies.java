package io.klinggateway.console;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseCookie;
import org.springframework.web.util.WebUtils;

/** Cookies beside the session's own. Like it they end with the browser, and are sent only to the console. */
final class Cookies {

    private Cookies() {}

    static Optional<String> find(HttpServletRequest request, String name) {
        return Optional.ofNullable(WebUtils.getCookie(request, name))
                .map(Cookie::getValue)
                .filter(value -> !value.isEmpty());
    }

    static void set(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        add(response, cookie(request, name, value));
    }

    /** One that comes back with a browser that another site sends, too, and ends by itself. */
    static void lend(
            HttpServletRequest request, HttpServletResponse response, String name, String value, Duration life) {
        add(response, cookie(request, name, value).sameSite("Lax").maxAge(life));
    }

    static void remove(HttpServletRequest request, HttpServletResponse response, String name) {
        add(response, cookie(request, name, "").maxAge(Duration.ZERO));
    }

    private static ResponseCookie.ResponseCookieBuilder cookie(HttpServletRequest request, String name, String value) {
        return ResponseCookie.from(name, value)
                .path(Paths.CONSOLE)
                .httpOnly(true)
                .sameSite("Strict")
                .secure(TlsDetection.is(request));
    }

    private static void add(HttpServletResponse response, ResponseCookie.ResponseCookieBuilder cookie) {
        response.addHeader(HttpHeaders.SET_COOKIE, cookie.build().toString());
    }
}
