package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.FileForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.HttpCookie;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A browser without a screen: keeps cookies, sends forms with the token of the page before, follows nothing. */
public final class Session {

    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final CookieManager cookies;
    private final HttpClient http;
    private final String gateway;
    private String token = "";

    Session(String gateway) {
        this(gateway, new CookieManager());
    }

    private Session(String gateway, CookieManager cookies) {
        this.gateway = gateway;
        this.cookies = cookies;
        this.http = HttpClient.newBuilder()
                .cookieHandler(cookies)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    /** The same browser, whose next requests reach another replica. */
    public Session at(String otherGateway) {
        return new Session(otherGateway, cookies);
    }

    public static Session signedIn(String gateway, String secret) {
        Session session = new Session(gateway);
        session.get("/console/sign-in");
        assertThat(session.post("/console/sign-in", Map.of("secret", secret)).statusCode())
                .isEqualTo(302);
        return session;
    }

    public HttpResponse<String> get(String path, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    public HttpResponse<String> post(String path, Map<String, String> form, String... headers) {
        Map<String, String> all = new TreeMap<>(form);
        all.putIfAbsent("_csrf", token);
        String body = all.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    /** @param form multipart/form-data, as {@link FileForm} makes it */
    HttpResponse<String> upload(String path, byte[] form, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.header("Content-Type", FileForm.CONTENT_TYPE)
                .POST(HttpRequest.BodyPublishers.ofByteArray(form))
                .build());
    }

    /** Of the page before. */
    String token() {
        return token;
    }

    /** What a neighbour under the same domain can do. */
    void plant(String name, String value) {
        cookies.getCookieStore().getCookies().stream()
                .filter(own -> own.getName().equals(name))
                .toList()
                .forEach(own -> cookies.getCookieStore().remove(null, own));
        HttpCookie cookie = new HttpCookie(name, value);
        cookie.setPath("/console");
        cookie.setVersion(0);
        cookies.getCookieStore().add(URI.create(gateway), cookie);
    }

    String cookie(String name) {
        return cookies.getCookieStore().getCookies().stream()
                .filter(cookie -> cookie.getName().equals(name))
                .map(HttpCookie::getValue)
                .findFirst()
                .orElseThrow();
    }

    String cookies() {
        return cookies.getCookieStore().getCookies().toString();
    }

    /** As the browser sends them. */
    public String cookieHeader() {
        return cookies.getCookieStore().getCookies().stream()
                .map(cookie -> cookie.getName() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            Matcher found = TOKEN.matcher(answer.body());
            if (found.find()) {
                token = found.group(1);
            }
            return answer;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
