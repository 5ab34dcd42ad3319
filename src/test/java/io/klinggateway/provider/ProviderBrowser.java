package io.klinggateway.provider;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** A browser without a screen at the provider's pages: keeps the provider's cookies, and goes nowhere else. */
public final class ProviderBrowser {

    private final HttpClient http =
            HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
    private final SimulatedProvider provider;

    public ProviderBrowser(SimulatedProvider provider) {
        this.provider = provider;
    }

    /**
     * Follows a gateway's way to the provider, and signs in as somebody if that is asked for.
     *
     * @return where the provider sends the browser at last
     */
    public URI signIn(URI authorization, String subject) {
        URI next = location(get(authorization));
        if (next.getPath().equals("/login")) {
            HttpResponse<String> signedIn = send(HttpRequest.newBuilder(URI.create(provider.issuer() + "/login"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString("username="
                            + URLEncoder.encode(subject, StandardCharsets.UTF_8) + "&password="
                            + ProviderServer.PASSWORD)));
            next = location(get(location(signedIn)));
        }
        return next;
    }

    public HttpResponse<String> get(URI page) {
        return send(HttpRequest.newBuilder(page).header("Accept", "text/html"));
    }

    private URI location(HttpResponse<String> answer) {
        return URI.create(provider.issuer())
                .resolve(answer.headers()
                        .firstValue("Location")
                        .orElseThrow(() ->
                                new AssertionError(answer.statusCode() + " " + answer.uri() + " " + answer.body())));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
