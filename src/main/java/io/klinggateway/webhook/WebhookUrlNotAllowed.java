package io.klinggateway.webhook;

import java.net.UnknownHostException;

/** The gateway does not call that receiver. An {@link UnknownHostException}, since that is what name lookups may throw. */
final class WebhookUrlNotAllowed extends UnknownHostException {

    private final String rule;

    /** @param rule what the URL must be, as a sentence without its subject; names no address */
    WebhookUrlNotAllowed(String rule) {
        super(rule);
        this.rule = rule;
    }

    String rule() {
        return rule;
    }
}
