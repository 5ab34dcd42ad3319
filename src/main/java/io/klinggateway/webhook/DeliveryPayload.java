package io.klinggateway.webhook;

import io.klinggateway.tenant.KeySignatures.Signer;

/** What one attempt brings to a receiver. */
public sealed interface DeliveryPayload {

    /**
     * A signed message, as the vendor signs and as the Standard Webhooks specification does.
     *
     * @param body JSON
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record SignedPost(String url, String event, byte[] body, Signer signer) implements DeliveryPayload {

        /** A URL may hold a token. */
        @Override
        public String toString() {
            return "SignedPost[event=" + event + "]";
        }
    }

    /**
     * A message to a chat, whose URL is all that it proves itself with.
     *
     * @param body JSON
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record ChatPost(String url, byte[] body) implements DeliveryPayload {

        /** The URL is a credential. */
        @Override
        public String toString() {
            return "ChatPost[url=hidden]";
        }
    }

    /**
     * A letter by e-mail, plain text.
     *
     * @param to one address
     */
    record Letter(String from, String to, String subject, String text) implements DeliveryPayload {}

    /**
     * What cannot be sent now, but perhaps later or by another replica.
     *
     * @param reason for operators; names no receiver
     */
    record Undeliverable(String reason) implements DeliveryPayload {}
}
