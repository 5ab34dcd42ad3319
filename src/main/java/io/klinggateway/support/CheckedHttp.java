package io.klinggateway.support;

import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.Timeout;

/**
 * HTTP clients for servers that others name: a request goes where its URL says and nowhere else, and takes nothing along that
 * was not given to it.
 */
public final class CheckedHttp {

    private CheckedHttp() {}

    /**
     * A client that follows no redirect, repeats nothing, and has no memory of cookies, passwords or connections.
     *
     * @param connections with the resolver that checks addresses
     * @param silence how long to wait for a connection, and for each part of an answer
     * @param most connections at once
     */
    public static CloseableHttpClient client(
            PoolingHttpClientConnectionManagerBuilder connections, Timeout silence, int most) {
        return HttpClients.custom()
                .setConnectionManager(connections
                        .setDefaultConnectionConfig(ConnectionConfig.custom()
                                .setConnectTimeout(silence)
                                .setSocketTimeout(silence)
                                .build())
                        .setMaxConnTotal(most)
                        .setMaxConnPerRoute(most)
                        .build())
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setConnectionRequestTimeout(silence)
                        .setResponseTimeout(silence)
                        .build())
                // An address is checked when it is connected to: a kept connection would go around that.
                .setConnectionReuseStrategy((_, _, _) -> false)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .setUserAgent("Kling-Gateway")
                .build();
    }
}
