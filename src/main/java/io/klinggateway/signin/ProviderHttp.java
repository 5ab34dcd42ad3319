package io.klinggateway.signin;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.converter.FormHttpMessageConverter;
import org.springframework.security.oauth2.client.http.OAuth2ErrorResponseErrorHandler;
import org.springframework.security.oauth2.core.http.converter.OAuth2AccessTokenResponseHttpMessageConverter;
import org.springframework.web.client.RestClient;

/** Calls of the provider: each ends soon, and none follows a redirect. */
final class ProviderHttp {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(4);
    private static final Duration KEYS_LAST = Duration.ofHours(1);
    private static final int MOST_KEY_BYTES = 256 * 1024;

    private final @Nullable SSLContext tls;
    private final JdkClientHttpRequestFactory requests;

    ProviderHttp(SignInSettings settings, SslBundles bundles) {
        this.tls = settings.sslBundle() == null
                ? null
                : bundles.getBundle(settings.sslBundle()).createSslContext();
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT_TIMEOUT);
        if (tls != null) {
            client.sslContext(tls);
        }
        this.requests = new JdkClientHttpRequestFactory(client.build());
        this.requests.setReadTimeout(ANSWER_TIMEOUT);
    }

    /** For what answers JSON. */
    RestClient json() {
        return RestClient.builder().requestFactory(requests).build();
    }

    /** For the endpoint of tokens. */
    RestClient tokens() {
        return RestClient.builder()
                .requestFactory(requests)
                .configureMessageConverters(converters -> converters
                        .addCustomConverter(new FormHttpMessageConverter())
                        .addCustomConverter(new OAuth2AccessTokenResponseHttpMessageConverter()))
                .defaultStatusHandler(new OAuth2ErrorResponseErrorHandler())
                .build();
    }

    /** The provider's public keys, remembered for some minutes, for an hour while the provider is away, and read anew for a key that is not among them. */
    JWKSource<SecurityContext> keys(String uri) {
        DefaultResourceRetriever retriever = new DefaultResourceRetriever(
                (int) CONNECT_TIMEOUT.toMillis(),
                (int) ANSWER_TIMEOUT.toMillis(),
                MOST_KEY_BYTES,
                true,
                tls == null ? null : tls.getSocketFactory());
        try {
            return JWKSourceBuilder.<SecurityContext>create(URI.create(uri).toURL(), retriever)
                    .refreshAheadCache(false)
                    .retrying(true)
                    .outageTolerant(KEYS_LAST.toMillis())
                    .build();
        } catch (MalformedURLException unusable) {
            throw new IllegalStateException("the provider's jwks_uri is no URL", unusable);
        }
    }
}
