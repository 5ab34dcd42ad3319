package io.klinggateway.webhook;

import io.klinggateway.support.CheckedHttp;
import io.klinggateway.tenant.KeySignatures.Signer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Brings one message to its receiver, once: no redirect is followed, nothing is retried, no answer is read beyond its
 * status line and headers, and the whole attempt ends at the timeout whatever the receiver does. A connection serves one
 * message, to an address that was checked for it.
 */
@Component
class DeliveryClient implements AutoCloseable {

    private static final int MOST_CONNECTIONS = 1024;
    private static final int LONGEST_HEADER_LINE = 8192;
    private static final int MOST_HEADERS = 200;
    private static final int GONE = 410;

    /** Every address that a name has right now. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String host) throws UnknownHostException;
    }

    private final WebhookUrlPolicy urlPolicy;
    private final Clock clock;
    private final Duration timeout;
    private final Lookup lookup;
    private final CloseableHttpClient client;
    private final AttemptTimer timer;

    @Autowired
    DeliveryClient(
            WebhookUrlPolicy urlPolicy, WebhookSettings settings, Clock clock, TrustedCertificates certificates) {
        this(urlPolicy, settings, clock, certificates, InetAddress::getAllByName);
    }

    DeliveryClient(
            WebhookUrlPolicy urlPolicy,
            WebhookSettings settings,
            Clock clock,
            TrustedCertificates certificates,
            Lookup lookup) {
        this.urlPolicy = urlPolicy;
        this.clock = clock;
        this.timeout = settings.timeout();
        this.lookup = lookup;
        this.client = client(certificates);
        this.timer = new AttemptTimer(timeout);
    }

    private CloseableHttpClient client(TrustedCertificates certificates) {
        Http1Config bounds = Http1Config.custom()
                .setMaxLineLength(LONGEST_HEADER_LINE)
                .setMaxHeaderCount(MOST_HEADERS)
                .build();
        return CheckedHttp.client(
                PoolingHttpClientConnectionManagerBuilder.create()
                        .setDnsResolver(new CheckedResolver())
                        .setTlsSocketStrategy(new DefaultClientTlsStrategy(certificates.context()))
                        .setConnectionFactory(ManagedHttpClientConnectionFactory.builder()
                                .http1Config(bounds)
                                .build()),
                Timeout.of(timeout),
                MOST_CONNECTIONS);
    }

    /** @param messageId the same at every attempt for one message, so that a receiver can tell a repetition */
    AttemptOutcome send(DeliveryPayload.SignedPost message, String messageId) {
        return send(message.url(), message.body(), post -> sign(post, message, messageId));
    }

    AttemptOutcome send(DeliveryPayload.ChatPost message) {
        return send(message.url(), message.body(), _ -> {});
    }

    private AttemptOutcome send(String url, byte[] body, Consumer<HttpPost> headers) {
        HttpPost post;
        try {
            post = new HttpPost(urlPolicy.parse(url));
        } catch (WebhookUrlNotAllowed refused) {
            return new AttemptOutcome.Failed("refused: " + refused.rule());
        }
        post.setEntity(new ByteArrayEntity(body, ContentType.APPLICATION_JSON.withCharset((String) null)));
        headers.accept(post);
        return timer.attempt(() -> attempt(status(post)), DeliveryClient::describe, post::abort);
    }

    private int status(HttpPost post) throws IOException, URISyntaxException {
        ClassicHttpResponse response = client.executeOpen(HttpHost.create(post.getUri()), post, null);
        int status = response.getCode();
        // Breaks the connection off first: closing only the response would read what is left of it.
        post.abort();
        Closer.closeQuietly(response);
        return status;
    }

    private void sign(HttpPost post, DeliveryPayload.SignedPost message, String messageId) {
        byte[] body = message.body();
        Signer signer = message.signer();
        long seconds = clock.instant().getEpochSecond();
        post.setHeader("X-Webhook-Event", message.event());
        post.setHeader("X-Webhook-Signature", "sha256=" + HexFormat.of().formatHex(signer.sign(body)));
        post.setHeader("Webhook-Id", messageId);
        post.setHeader("Webhook-Timestamp", Long.toString(seconds));
        post.setHeader(
                "Webhook-Signature",
                "v1," + Base64.getEncoder().encodeToString(signer.sign(standardContent(messageId, seconds, body))));
    }

    /** What the Standard Webhooks specification signs: id, time and body, joined by dots. */
    private static byte[] standardContent(String messageId, long seconds, byte[] body) {
        byte[] head = (messageId + "." + seconds + ".").getBytes(StandardCharsets.UTF_8);
        byte[] content = new byte[head.length + body.length];
        System.arraycopy(head, 0, content, 0, head.length);
        System.arraycopy(body, 0, content, head.length, body.length);
        return content;
    }

    private static AttemptOutcome attempt(int status) {
        if (status == GONE) {
            return new AttemptOutcome.Gone();
        }
        return status / 100 == 2 ? new AttemptOutcome.Delivered(status) : new AttemptOutcome.Failed("HTTP " + status);
    }

    /** Kinds of failure only: messages may repeat what the receiver said. */
    private static String describe(@Nullable Throwable failure) {
        return switch (failure) {
            case WebhookUrlNotAllowed refused -> "refused: " + refused.rule();
            case UnknownHostException _ -> "unknown host";
            case SSLException _ -> "TLS failure";
            case SocketTimeoutException _ -> "timeout";
            case ConnectException _ -> "no connection";
            case IOException _ -> "connection lost";
            case null -> "no answer";
            default -> failure.getClass().getSimpleName();
        };
    }

    @Override
    public void close() throws IOException {
        timer.close();
        client.close();
    }

    /** Hands out addresses only if every one that the name has may be called. */
    private final class CheckedResolver implements DnsResolver {

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            Optional<InetAddress> literal = WebhookUrlPolicy.address(bare(host));
            InetAddress[] addresses = literal.isPresent() ? new InetAddress[] {literal.get()} : lookup.addresses(host);
            if (addresses.length == 0) {
                throw new UnknownHostException(host);
            }
            for (InetAddress address : addresses) {
                urlPolicy.admit(bare(host), address);
            }
            return addresses;
        }

        @Override
        public String resolveCanonicalHostname(String host) {
            return host;
        }

        private static String bare(String host) {
            if (host.startsWith("[") && host.endsWith("]")) {
                return host.substring(1, host.length() - 1);
            }
            return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        }
    }
}
