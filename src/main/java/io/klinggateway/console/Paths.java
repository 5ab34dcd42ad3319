package io.klinggateway.console;

import java.nio.charset.StandardCharsets;
import org.springframework.web.util.UriUtils;

/** Parts of addresses that somebody else wrote. */
final class Paths {

    private Paths() {}

    static String segment(String text) {
        return UriUtils.encodePathSegment(text, StandardCharsets.UTF_8);
    }
}
