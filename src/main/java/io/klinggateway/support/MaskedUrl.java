package io.klinggateway.support;

import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A URL for answers, logs and records, where the rest of it may open something: enough to tell one from another. */
public final class MaskedUrl {

    private static final int FINGERPRINT_BYTES = 4;
    private static final Pattern HOST = Pattern.compile("https?://[^/?#@\\\\]+");

    private MaskedUrl() {}

    /** Scheme and host, unless somebody is named before it, and a fingerprint of the whole. */
    public static String of(String url) {
        Matcher host = HOST.matcher(url);
        String fingerprint = HexFormat.of().formatHex(Sha256.of(url), 0, FINGERPRINT_BYTES);
        return (host.lookingAt() ? host.group() : "") + "/… (" + fingerprint + ")";
    }
}
