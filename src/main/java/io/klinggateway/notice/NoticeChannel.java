package io.klinggateway.notice;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.support.MaskedUrl;
import org.jspecify.annotations.Nullable;

/**
 * Where a team's notices go.
 *
 * @param target a URL or an address; the URL of a chat is a credential
 * @param key whose digest signs a webhook, even if it is revoked by now; null for other kinds
 */
public record NoticeChannel(
        ChannelKind kind, String target, @Nullable KeyId key) {

    /** For answers, logs and records: enough to tell one chat from another, and not to write to it. */
    public String shownTarget() {
        return kind == ChannelKind.SLACK ? MaskedUrl.of(target) : target;
    }

    @Override
    public String toString() {
        return "NoticeChannel[kind=" + kind + ", target=hidden]";
    }
}
