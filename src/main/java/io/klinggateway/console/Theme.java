package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/** In which colours a browser shows the console: those of its system, unless its user chose others. */
enum Theme {
    SYSTEM,
    LIGHT,
    DARK;

    static final String COOKIE = "kling_console_theme";
    static final Duration LIFE = Duration.ofDays(365);

    static Theme of(HttpServletRequest request) {
        return Cookies.find(request, COOKIE).map(Theme::of).orElse(SYSTEM);
    }

    /** Whatever there is not is the system's. */
    static Theme of(String word) {
        return Arrays.stream(values())
                .filter(theme -> theme.word().equals(word))
                .findFirst()
                .orElse(SYSTEM);
    }

    /** As cookies, forms and style sheets have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
