package io.klinggateway.notice;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.support.Sha256;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a team's notices go.
 *
 * @param target a URL or an address; the URL of a chat is a credential
 * @param key whose digest signs a webhook, even if it is revoked by now; null for other kinds
 */
public record NoticeChannel(
        ChannelKind kind, String target, @Nullable KeyId key) {

    private static final int FINGERPRINT_BYTES = 4;
    private static final Pattern HOST = Pattern.compile("https?://[^/?#@\\\\]+");

    /** For answers, logs and records: enough to tell one chat from another, and not to write to it. */
    public String shownTarget() {
        return kind == ChannelKind.SLACK ? masked(target) : target;
    }

    private static String masked(String url) {
        Matcher host = HOST.matcher(url);
        String fingerprint = HexFormat.of().formatHex(Sha256.of(url), 0, FINGERPRINT_BYTES);
        return (host.lookingAt() ? host.group() : "") + "/… (" + fingerprint + ")";
    }

    @Override
    public String toString() {
        return "NoticeChannel[kind=" + kind + ", target=hidden]";
    }
}
