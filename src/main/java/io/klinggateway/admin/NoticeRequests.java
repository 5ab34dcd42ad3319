package io.klinggateway.admin;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.notice.ChannelKind;
import io.klinggateway.notice.NoticeChannel;
import io.klinggateway.notice.NoticeTerms;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What operators say about notices. */
public final class NoticeRequests {

    private static final String THRESHOLD_RULE = "must be from 1 to 100";
    private static final String TARGET_RULE = "must have at most 2048 characters";

    private NoticeRequests() {}

    /**
     * What of a team's notices may change, all of it; a merge patch says which part does.
     *
     * @param thresholds percent of what a window of the budget allows; the default if absent
     * @param silencedUntil not silenced if absent
     */
    @Schema(name = "NoticeChange")
    record NoticeChange(
            @Size(max = 10, message = "must be at most 10") @Nullable
            List<
                            @NotNull(message = "is required") @Min(value = 1, message = THRESHOLD_RULE)
                            @Max(value = 100, message = THRESHOLD_RULE) Integer>
                    thresholds,

            @Nullable Instant silencedUntil,

            @Nullable
            Map<@Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE) String, @Valid ChannelTerms> channels)
            implements OperatorBody {

        static NoticeChange of(NoticeTerms terms) {
            Map<String, ChannelTerms> channels = new TreeMap<>();
            terms.channels().forEach((name, channel) -> channels.put(name, ChannelTerms.of(channel)));
            return new NoticeChange(terms.thresholds(), terms.silencedUntil(), channels);
        }

        NoticeTerms toTerms() {
            Map<String, NoticeChannel> all = new TreeMap<>();
            channelsOrNone().forEach((name, channel) -> all.put(name, channel.toChannel()));
            return new NoticeTerms(
                    thresholds == null
                            ? null
                            : thresholds.stream().distinct().sorted().toList(),
                    silencedUntil,
                    all);
        }

        NoticeChange withThresholds(@Nullable List<Integer> others) {
            return new NoticeChange(others, silencedUntil, channels);
        }

        NoticeChange silencedUntil(@Nullable Instant until) {
            return new NoticeChange(thresholds, until, channels);
        }

        NoticeChange with(String name, ChannelTerms channel) {
            Map<String, ChannelTerms> others = new TreeMap<>(channelsOrNone());
            others.put(name, channel);
            return new NoticeChange(thresholds, silencedUntil, others);
        }

        NoticeChange without(String name) {
            Map<String, ChannelTerms> others = new TreeMap<>(channelsOrNone());
            others.remove(name);
            return new NoticeChange(thresholds, silencedUntil, others);
        }

        private Map<String, ChannelTerms> channelsOrNone() {
            return channels == null ? Map.of() : channels;
        }
    }

    /**
     * @param target a URL, or one e-mail address
     * @param keyId of the team's key whose digest signs a WEBHOOK
     */
    @Schema(name = "NoticeChannelTerms")
    record ChannelTerms(
            @NotNull(message = "is required: WEBHOOK, SLACK or EMAIL")
            ChannelKind kind,

            @NotNull(message = "is required")
            @Size(max = 2048, message = TARGET_RULE)
            @Schema(example = "https://hooks.slack.com/services/T000/B000/xxxx")
            String target,

            @Nullable UUID keyId) {

        static ChannelTerms of(NoticeChannel channel) {
            KeyId key = channel.key();
            return new ChannelTerms(channel.kind(), channel.target(), key == null ? null : key.value());
        }

        NoticeChannel toChannel() {
            return new NoticeChannel(kind, target, keyId == null ? null : new KeyId(keyId));
        }

        @Override
        public String toString() {
            return "ChannelTerms[kind=" + kind + ", target=hidden]";
        }
    }

    /** As {@link ChannelTerms}, with the name. */
    public record NewChannel(
            @NotNull(message = "is required") @Pattern(regexp = Rules.NAME, message = Rules.NAME_RULE)
            String name,

            @NotNull(message = "is required: WEBHOOK, SLACK or EMAIL")
            ChannelKind kind,

            @NotNull(message = "is required") @Size(max = 2048, message = TARGET_RULE)
            String target,

            @Nullable UUID keyId)
            implements OperatorBody {

        ChannelTerms toTerms() {
            return new ChannelTerms(kind, target, keyId);
        }

        @Override
        public String toString() {
            return "NewChannel[name=" + name + ", kind=" + kind + ", target=hidden]";
        }
    }

    /** @param thresholds numbers parted by commas; the default if absent */
    public record ThresholdList(
            @Pattern(
                    regexp = "\\s*\\d{1,3}(\\s*,\\s*\\d{1,3}){0,9}\\s*",
                    message = "must be numbers from 1 to 100, such as 50, 80, 100")
            @Nullable
            String thresholds)
            implements OperatorBody {

        @Nullable
        List<Integer> numbers() {
            return thresholds == null
                    ? null
                    : Arrays.stream(thresholds.split(",", -1))
                            .map(String::strip)
                            .map(Integer::valueOf)
                            .toList();
        }
    }

    /** @param silencedUntil not silenced if absent */
    public record Silence(@Nullable Instant silencedUntil) implements OperatorBody {}

    /** @param channel its name; all if absent */
    @Schema(name = "NoticeTest")
    public record ChannelTest(@Nullable String channel) implements OperatorBody {}
}
