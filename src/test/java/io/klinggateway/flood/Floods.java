package io.klinggateway.flood;

import static io.klinggateway.flood.AnswerScanner.ascii;

import io.klinggateway.running.Client;
import io.klinggateway.running.FileForm;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What may come over a replica. */
final class Floods {

    private static final Duration FOR_CROWDS = Duration.ofMillis(500);

    /** Where the crowd asks for every connection that there is: then it counts that others are answered at all. */
    private static final Duration FOR_FULL_PORTS = Duration.ofSeconds(10);

    private static final int MOST_UNANSWERED = 10;
    private static final Duration FOR_FLOODS = Duration.ofMillis(300);
    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration A_SECOND = Duration.ofSeconds(1);
    private static final Duration A_MOMENT = Duration.ofMillis(100);
    private static final int CALLERS_OF_A_FLOOD = Integer.getInteger("flood.callers", 100);
    private static final int LARGEST_BODY = 65_000;
    private static final int PICTURE_BYTES = 256 * 1024;
    private static final int JOBS = 200;

    private static final String FOX = "{\"prompt\":\"a fox\",\"model\":\"kling-image\"}";
    private static final String JSON = "Content-Type: application/json\r\n";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded\r\n";
    private static final String SIGN_IN = "/console/sign-in";
    private static final Pattern COOKIE = Pattern.compile("[^;]+");
    private static final Pattern TOKEN = Pattern.compile("name=\"_csrf\" value=\"([^\"]+)\"");

    private final SplittableRandom random = new SplittableRandom(4711);
    private final Client team;
    private final Client nobody;
    private final String key;
    private final String poorKey;

    /**
     * @param key of the team that comes over the replica
     * @param poorKey of one that has no credits
     */
    Floods(int port, String key, String poorKey) {
        this.team = new Client(port, key);
        this.nobody = new Client(port, null);
        this.key = key;
        this.poorKey = poorKey;
    }

    /** Callers who hold on to what they have. */
    Stream<Flood> crowds() {
        String job = team.order("\"prompt\":\"a fox\"");
        byte[] wait = ascii(head("GET", "/v2/jobs/" + job + "?wait=60", key) + "\r\n");
        byte[] stream = ascii(head("GET", "/v2/jobs/" + job + "/events", key) + "\r\n");
        byte[] slowBody = ascii(
                head("POST", "/v2/images/generate", key) + JSON + "Content-Length: 60000\r\n\r\n" + " ".repeat(1_000));
        byte[] slowHead = ascii("GET /v2/models HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + "x".repeat(1_000));
        byte[] form = stalled("POST", SIGN_IN, FORM, "secret=" + "x".repeat(50_000));
        byte[] callback = stalled("POST", "/callbacks/apiframe/x", JSON, " ".repeat(50_000));
        return Stream.of(
                crowd("waiters", 10_000, _ -> wait, AT_ONCE, FOR_FULL_PORTS),
                crowd("streams", 10_000, _ -> stream, AT_ONCE, FOR_FULL_PORTS),
                crowd("silent connections", 10_000, _ -> new byte[0], AT_ONCE, FOR_FULL_PORTS),
                crowd("slow bodies", 1_000, _ -> slowBody, A_SECOND, FOR_CROWDS),
                crowd("slow heads of strangers", 1_000, _ -> slowHead, A_SECOND, FOR_CROWDS),
                crowd(
                        "stalled bodies of strangers",
                        1_750,
                        number -> number % 2 == 0 ? form : callback,
                        AT_ONCE,
                        FOR_FULL_PORTS));
    }

    private static Flood crowd(
            String name, int callers, IntFunction<byte[]> request, Duration betweenBytes, Duration longestForOthers) {
        int come = Math.min(callers, Integer.getInteger("flood.crowd", callers));
        return new Flood(
                String.format(Locale.ROOT, "%,d %s", come, name),
                come,
                request,
                betweenBytes,
                A_SECOND,
                longestForOthers.equals(FOR_FULL_PORTS) ? MOST_UNANSWERED : 0,
                longestForOthers);
    }

    private static byte[] stalled(String method, String path, String type, String begun) {
        return ascii(head(method, path, null) + type + "Content-Length: 65000\r\n\r\n" + begun);
    }

    /** Callers who ask again as soon as they are answered. */
    Stream<Flood> floods() {
        byte[] poor = post("/v2/images/generate", poorKey, "", FOX);
        byte[] wrong = post("/v2/images/generate", key, "", "{\"prompt\":\"" + "x".repeat(LARGEST_BODY) + "\"}");
        byte[] quote = post("/v2/images/quote", key, "", FOX);
        byte[] list = ascii(head("GET", "/v2/jobs?limit=100&cursor=" + deepestCursor(), key) + "\r\n");
        byte[] replay = post("/v2/images/generate", key, "Idempotency-Key: again-and-again\r\n", FOX);
        byte[] upload = upload();
        byte[] page = ascii(head("GET", "/swagger-ui/index.html", null) + "\r\n");
        byte[] description = ascii(head("GET", "/v3/api-docs", null) + "\r\n");
        return Stream.of(
                flood("bad keys", _ -> ascii(head("GET", "/v2/me", "kg_" + random.nextLong()) + "\r\n")),
                flood("402s", _ -> poor),
                flood("400s with the largest body", _ -> wrong),
                flood("quotes", _ -> quote),
                flood("lists of 100 from the deepest cursor", _ -> list),
                flood("replays", _ -> replay),
                flood("sign-ins", signIns()),
                flood("uploads", _ -> upload),
                flood("Swagger", number -> number % 2 == 0 ? page : description));
    }

    private static Flood flood(String name, IntFunction<byte[]> request) {
        return new Flood(name, CALLERS_OF_A_FLOOD, request, AT_ONCE, A_MOMENT, 0, FOR_FLOODS);
    }

    private static byte[] post(String path, String key, String header, String body) {
        return ascii(head("POST", path, key) + JSON + header + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    /** @param key null for none */
    private static String head(String method, String path, @Nullable String key) {
        return method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                + (key == null ? "" : "X-API-Key: " + key + "\r\n");
    }

    /** Of a team that has asked for more than a page. */
    private String deepestCursor() {
        for (int job = 0; job < JOBS; job++) {
            team.order("\"prompt\":\"a fox\"");
        }
        return team.get("/v2/jobs?limit=100").expect(200).text("nextCursor");
    }

    private byte[] upload() {
        byte[] form = FileForm.of(FileForm.png(PICTURE_BYTES));
        var request = new ByteArrayOutputStream();
        request.writeBytes(ascii(head("POST", "/v2/uploads", key) + "Content-Type: " + FileForm.CONTENT_TYPE
                + "\r\nContent-Length: " + form.length + "\r\n\r\n"));
        request.writeBytes(form);
        return request.toByteArray();
    }

    /** Each with another secret, from the form that the page has. */
    private IntFunction<byte[]> signIns() {
        var page = nobody.send("GET", SIGN_IN, BodyPublishers.noBody()).expect(200);
        Matcher cookie = COOKIE.matcher(page.header("Set-Cookie"));
        Matcher token = TOKEN.matcher(page.body());
        if (!cookie.lookingAt() || !token.find()) {
            throw new IllegalStateException("no form to sign in with: " + page);
        }
        String head = head("POST", SIGN_IN, null) + FORM + "Cookie: " + cookie.group() + "\r\n";
        String form = "_csrf=" + token.group(1) + "&secret=";
        return _ -> {
            String body = form + random.nextLong();
            return ascii(head + "Content-Length: " + body.length() + "\r\n\r\n" + body);
        };
    }
}
