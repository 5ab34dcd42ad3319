package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.security.web.csrf.CsrfTokenRepository;
import org.springframework.security.web.csrf.DefaultCsrfToken;

/** Tokens of forms. A session has its own; before there is one, the sign-in form's is in a cookie. */
final class FormTokens implements CsrfTokenRepository {

    static final String COOKIE = "kling_console_csrf";

    private static final String ATTRIBUTE = "console.form-token";

    /** Gives a new session its token at once: two of its first pages at a time must not have two. */
    static void begin(HttpSession session) {
        session.setAttribute(ATTRIBUTE, UUID.randomUUID().toString());
    }

    @Override
    public CsrfToken generateToken(HttpServletRequest request) {
        return token(UUID.randomUUID().toString());
    }

    @Override
    public void saveToken(@Nullable CsrfToken token, HttpServletRequest request, HttpServletResponse response) {
        HttpSession session = request.getSession(false);
        if (token == null) {
            Cookies.remove(request, response, COOKIE);
        } else if (session == null) {
            Cookies.set(request, response, COOKIE, token.getToken());
        } else {
            session.setAttribute(ATTRIBUTE, token.getToken());
        }
    }

    @Override
    public @Nullable CsrfToken loadToken(HttpServletRequest request) {
        HttpSession session = request.getSession(false);
        Object known = session == null ? Cookies.find(request, COOKIE).orElse(null) : session.getAttribute(ATTRIBUTE);
        return known instanceof String token ? token(token) : null;
    }

    private static CsrfToken token(String token) {
        return new DefaultCsrfToken("X-CSRF-TOKEN", "_csrf", token);
    }
}
