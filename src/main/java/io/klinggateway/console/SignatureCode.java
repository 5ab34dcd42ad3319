package io.klinggateway.console;

import java.util.List;

/** How a receiver tells a genuine webhook from another, as code to copy. The key comes from the reader's environment. */
final class SignatureCode {

    static final List<CodeSample> SAMPLES = List.of(
            new CodeSample("JavaScript", """
                    import { createHash, createHmac, timingSafeEqual } from "node:crypto";

                    const secret = createHash("sha256").update(process.env.KLING_GATEWAY_KEY).digest();
                    const sign = (content) => createHmac("sha256", secret).update(content).digest();

                    // rawBody: the bytes as they came, before any parsing. headers: names in lower case.
                    export function isGenuine(rawBody, headers) {
                      const id = headers["webhook-id"], sentAt = headers["webhook-timestamp"];
                      const offered = Buffer.from(headers["webhook-signature"].replace(/^v1,/, ""), "base64");
                      const expected = sign(Buffer.concat([Buffer.from(`${id}.${sentAt}.`), rawBody]));
                      return Math.abs(Date.now() / 1000 - Number(sentAt)) < 300
                        && offered.length === expected.length && timingSafeEqual(offered, expected);
                    }
                    """),
            new CodeSample("Python", """
                    import base64, hashlib, hmac, os, time

                    SECRET = hashlib.sha256(os.environ["KLING_GATEWAY_KEY"].encode()).digest()

                    # raw_body: the bytes as they came, before any parsing. headers: names in lower case.
                    def is_genuine(raw_body, headers):
                        sent_at = headers["webhook-timestamp"]
                        content = f"{headers['webhook-id']}.{sent_at}.".encode() + raw_body
                        digest = hmac.new(SECRET, content, hashlib.sha256).digest()
                        expected = "v1," + base64.b64encode(digest).decode()
                        return (abs(time.time() - int(sent_at)) < 300
                                and hmac.compare_digest(expected, headers["webhook-signature"]))
                    """),
            new CodeSample("The secret, for a library of Standard Webhooks", """
                    echo "whsec_$(printf %s "$KLING_GATEWAY_KEY" | openssl dgst -sha256 -binary | base64)"
                    """));

    private SignatureCode() {}
}
