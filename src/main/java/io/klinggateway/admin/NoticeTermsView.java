package io.klinggateway.admin;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.notice.ChannelKind;
import io.klinggateway.notice.NoticeChannel;
import io.klinggateway.notice.NoticeTerms;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a team hears of, and where, as operators see it.
 *
 * @param thresholds percent; those that hold
 * @param silencedUntil until then nothing is delivered; null if it is
 */
@Schema(name = "OperatorNoticeTerms")
public record NoticeTermsView(
        List<Integer> thresholds, @Nullable Instant silencedUntil, Map<String, NoticeChannelView> channels) {

    static NoticeTermsView of(NoticeTerms terms, List<Integer> thresholds) {
        Map<String, NoticeChannelView> channels = new TreeMap<>();
        terms.channels().forEach((name, channel) -> channels.put(name, NoticeChannelView.of(channel)));
        return new NoticeTermsView(thresholds, terms.silencedUntil(), channels);
    }

    /** Null if the team is told of none. */
    public @Nullable Integer firstThreshold() {
        return thresholds.isEmpty() ? null : thresholds.getFirst();
    }

    /** @param target of a chat only the host, and a fingerprint that tells one URL from another */
    @Schema(name = "OperatorNoticeChannel")
    public record NoticeChannelView(
            ChannelKind kind,

            @Schema(example = "https://hooks.slack.com/… (1a2b3c4d)")
            String target,

            @Nullable UUID keyId) {

        static NoticeChannelView of(NoticeChannel channel) {
            KeyId key = channel.key();
            return new NoticeChannelView(channel.kind(), channel.shownTarget(), key == null ? null : key.value());
        }
    }
}
