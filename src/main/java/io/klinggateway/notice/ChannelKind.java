package io.klinggateway.notice;

import java.util.Locale;

/** How a notice reaches people. The names are part of the API and of the table. */
public enum ChannelKind {
    /** A signed webhook, as for jobs. */
    WEBHOOK,
    /** An incoming webhook of Slack, or of a chat that takes the same. */
    SLACK,
    /** One address. */
    EMAIL;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
