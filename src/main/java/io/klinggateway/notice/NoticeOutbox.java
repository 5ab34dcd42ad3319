package io.klinggateway.notice;

import io.klinggateway.ledger.KeyId;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.notice.NoticeRepository.OwedNotice;
import io.klinggateway.notice.NoticeSettings.OperatorChannel;
import io.klinggateway.tenant.KeySignatures;
import io.klinggateway.tenant.KeySignatures.Signer;
import io.klinggateway.webhook.DeliveryPayload;
import io.klinggateway.webhook.DeliveryStatus;
import io.klinggateway.webhook.Outbox;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Notices on their way. Where a channel leads is read at each attempt, so that a corrected one gets what is owed. */
@Component
class NoticeOutbox implements Outbox {

    private static final String EVENT = "notice";
    private static final TenantId OPERATORS = new TenantId(new UUID(0, 0));

    private final NoticeRepository notices;
    private final OperatorChannels operators;
    private final TargetRules rules;
    private final KeySignatures signatures;
    private final NoticeMeters meters;
    private final JsonMapper json;

    NoticeOutbox(
            NoticeRepository notices,
            OperatorChannels operators,
            TargetRules rules,
            KeySignatures signatures,
            NoticeMeters meters,
            JsonMapper json) {
        this.notices = notices;
        this.operators = operators;
        this.rules = rules;
        this.signatures = signatures;
        this.meters = meters;
        this.json = json;
    }

    @Override
    public Optional<Owed> findOwed(UUID delivery) {
        Optional<OwedNotice> owed = notices.findOwed(delivery);
        if (owed.isPresent() && owed.get().ofTeam() && owed.get().channel() == null) {
            record(delivery, DeliveryStatus.FAILED, "the channel was removed");
            return Optional.empty();
        }
        return owed.map(this::owed);
    }

    private Owed owed(OwedNotice owed) {
        Notice notice = owed.notice();
        return new Owed(
                owed.ofTeam() ? toTeam(notice, owed.channel()) : toOperators(notice, owed.channelName()),
                notice.id().toString(),
                "notice " + notice.id() + " by " + owed.kind().label(),
                owed.ofTeam() && owed.tenant() != null ? owed.tenant() : OPERATORS,
                owed.attempts(),
                null);
    }

    private DeliveryPayload toTeam(Notice notice, @Nullable NoticeChannel channel) {
        if (channel == null) {
            return new DeliveryPayload.Undeliverable("the channel was removed");
        }
        KeyId key = channel.key();
        return payload(
                notice, channel.kind(), channel.target(), key == null ? Optional.empty() : signatures.signer(key));
    }

    /** Another replica may have other settings. */
    private DeliveryPayload toOperators(Notice notice, String name) {
        return operators
                .find(name)
                .map(channel -> payload(notice, channel.kind(), channel.target(), signer(channel)))
                .orElseGet(() -> new DeliveryPayload.Undeliverable("gateway.notices.operators has no such channel"));
    }

    private static Optional<Signer> signer(OperatorChannel channel) {
        return Optional.ofNullable(channel.secret()).map(Signer::of);
    }

    private DeliveryPayload payload(Notice notice, ChannelKind kind, String target, Optional<Signer> signer) {
        return switch (kind) {
            case WEBHOOK ->
                signer.<DeliveryPayload>map(key -> new DeliveryPayload.SignedPost(
                                target, EVENT, json.writeValueAsBytes(NoticeMessage.of(notice)), key))
                        .orElseGet(() -> new DeliveryPayload.Undeliverable("the key that signs is gone"));
            case SLACK ->
                new DeliveryPayload.ChatPost(
                        target, json.writeValueAsBytes(Map.of("text", plain(notice.title() + "\n" + text(notice)))));
            case EMAIL ->
                rules.mailFrom()
                        .<DeliveryPayload>map(from -> new DeliveryPayload.Letter(
                                from, target, "[Kling Gateway] " + notice.title(), text(notice)))
                        .orElseGet(() -> new DeliveryPayload.Undeliverable(TargetRules.MAIL_IS_OFF));
        };
    }

    private static String text(Notice notice) {
        return notice.message() + "\nNotice " + notice.id();
    }

    /** To a chat these three begin markup. */
    private static String plain(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    @Override
    public void record(UUID delivery, DeliveryStatus status, String outcome) {
        notices.record(delivery, status, outcome).ifPresent(kind -> meters.attempted(kind, status));
    }
}
