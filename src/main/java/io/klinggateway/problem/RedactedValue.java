package io.klinggateway.problem;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What a caller sent, as a message repeats it: in parentheses, on one line, short, and without what may be a secret.
 * Messages stand in answers and in the log.
 */
public final class RedactedValue {

    private static final int LONGEST_TEXT = 24;
    private static final int LONGEST_NAME = 64;
    private static final int SHOWN_OF_LONGER = 12;

    /** Keys of the gateway's, of the vendor's, and of webhooks. */
    private static final Pattern KEY = Pattern.compile("(?i)\\s*(bearer\\s+)?(kg|afk|whsec)_.*", Pattern.DOTALL);

    /** The same anywhere in a path or a name. */
    private static final Pattern ANY_KEY = Pattern.compile("(?i)(^|[^a-z0-9])(kg|afk|whsec)_\\w{8}");

    private static final int LONGEST_SEGMENT = 40;

    /** Line breaks and what turns the direction of text, which have no place in a line of the log. */
    private static final Pattern INVISIBLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private static final Pattern WITH_AUTHORITY =
            Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*://)([^/?#\\\\]*)(.*)", Pattern.DOTALL);
    private static final Pattern WITH_SCHEME =
            Pattern.compile("(?i)((?:data|file|blob|mailto|javascript):).*", Pattern.DOTALL);
    private static final Pattern WITHOUT_SCHEME = Pattern.compile("([^/?#\\\\]*)(.*)", Pattern.DOTALL);

    private RedactedValue() {}

    /** Of a long one its beginning and how long it is, in UTF-16 units. */
    public static String text(String sent) {
        return got(sent.length() <= LONGEST_TEXT ? quoted(sent) : quoted(sent) + ", " + sent.length() + " characters");
    }

    /** Texts as {@link #text}; of objects and arrays only that they are one. */
    public static String json(JsonNode sent) {
        if (sent.isString()) {
            return text(sent.stringValue());
        }
        if (sent.isArray()) {
            return got(sent.isEmpty() ? "an empty array" : "an array");
        }
        return got(sent.isObject() ? "an object" : shortened(sent.toString()));
    }

    /** Of a text only its length, in UTF-16 units: for what may be confidential. */
    public static String length(JsonNode sent) {
        if (!sent.isString()) {
            return json(sent);
        }
        int length = sent.stringValue().length();
        return got(length == 1 ? "1 character" : length + " characters");
    }

    /** Of a text only scheme and host: what follows, and who is named before, may open something. */
    public static String url(JsonNode sent) {
        return sent.isString() ? got("\"" + visible(hostOf(sent.stringValue())) + "\"") : json(sent);
    }

    /** A part of a path. What is longer than an id may be a secret, as a callback's token is. */
    static String segment(String sent) {
        return sent.length() > LONGEST_SEGMENT || ANY_KEY.matcher(sent).find() ? "…" : visible(sent);
    }

    /** A name that a caller made up; without parentheses. */
    public static String name(String sent) {
        if (ANY_KEY.matcher(sent).find()) {
            return "what looks like a key";
        }
        String visible = visible(sent);
        return visible.length() <= LONGEST_NAME ? visible : visible.substring(0, SHOWN_OF_LONGER) + "…";
    }

    private static String hostOf(String url) {
        Matcher whole = WITH_AUTHORITY.matcher(url);
        if (whole.matches()) {
            String host = whole.group(2).substring(whole.group(2).lastIndexOf('@') + 1);
            return shortened(whole.group(1) + host, 2 * LONGEST_TEXT)
                    + (whole.group(3).length() > 1 ? "/…" : whole.group(3));
        }
        Matcher scheme = WITH_SCHEME.matcher(url);
        if (scheme.matches()) {
            return scheme.group(1) + "…";
        }
        Matcher parts = WITHOUT_SCHEME.matcher(url);
        String start = parts.matches() ? parts.group(1) : "";
        return shortened(start.substring(start.lastIndexOf('@') + 1)) + (start.length() == url.length() ? "" : "/…");
    }

    private static String quoted(String text) {
        return KEY.matcher(text).matches() ? "what looks like a key" : "\"" + shortened(visible(text)) + "\"";
    }

    private static String shortened(String text) {
        return shortened(text, LONGEST_TEXT);
    }

    private static String shortened(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, SHOWN_OF_LONGER) + "…";
    }

    private static String visible(String text) {
        return INVISIBLE.matcher(text).replaceAll("\uFFFD");
    }

    private static String got(String shown) {
        return "(got " + shown + ")";
    }
}
