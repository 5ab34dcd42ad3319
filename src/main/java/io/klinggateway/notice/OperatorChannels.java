package io.klinggateway.notice;

import io.klinggateway.notice.NoticeSettings.OperatorChannel;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The operators' own channels. The database knows their names, so that a cause can write the deliveries; where they lead is
 * read from the settings at each attempt.
 */
@Component
class OperatorChannels implements SmartLifecycle {

    private final List<OperatorChannel> channels;
    private final NoticeRepository notices;
    private boolean running;

    OperatorChannels(NoticeSettings settings, TargetRules rules, NoticeRepository notices) {
        this.channels = settings.operators();
        this.notices = notices;
        Set<String> names = new HashSet<>();
        for (OperatorChannel channel : channels) {
            rules.brokenRule(channel.kind(), channel.target()).ifPresent(rule -> refuse(channel, "target", rule));
            if ((channel.kind() == ChannelKind.WEBHOOK) != (channel.secret() != null)) {
                refuse(channel, "secret", "is what signs a WEBHOOK, and belongs to no other kind");
            }
            if (!names.add(channel.name())) {
                refuse(channel, "name", "stands there twice");
            }
        }
    }

    private static void refuse(OperatorChannel channel, String property, String rule) {
        throw new IllegalArgumentException(
                "gateway.notices.operators: the " + property + " of \"" + channel.name() + "\" " + rule);
    }

    Optional<OperatorChannel> find(String name) {
        return channels.stream().filter(channel -> channel.name().equals(name)).findFirst();
    }

    /** Before anything that could be a cause. */
    @Override
    public void start() {
        pass();
        running = true;
    }

    /** Says that a running replica has them. */
    boolean pass() {
        channels.forEach(notices::keepOperatorChannel);
        return false;
    }

    @Override
    public void stop() {
        running = false;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return Integer.MIN_VALUE;
    }
}
