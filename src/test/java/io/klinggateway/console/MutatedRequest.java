package io.klinggateway.console;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A request that is nearly one of the contract's: its line, headers, parameters, body or framing are broken somewhere. */
@SuppressWarnings("ArrayRecordComponent") // sent once, never compared
record MutatedRequest(byte[] bytes) {

    private record Call(
            String method,
            String path,
            List<String> parameters,
            @Nullable String body) {}

    private static final String IMAGE = "{\"prompt\":@TEXT@,\"model\":\"kling-image\",\"klingImageParams\":"
            + "{\"n\":@VALUE@,\"image_fidelity\":@VALUE@,\"negative_prompt\":@TEXT@,\"image\":@VALUE@,\"model_name\":@VALUE@,"
            + "\"aspect_ratio\":@VALUE@},\"webhookUrl\":@TEXT@,\"webhookEvents\":@VALUE@}";
    private static final String NO_JOB = "4f0c2a55-0000-7000-8000-000000000000";

    private static final List<Call> CALLS = List.of(
            new Call("POST", "/v2/images/generate", List.of(), IMAGE),
            new Call("POST", "/v2/images/generate", List.of(), "{\"prompt\":@TEXT@,\"model\":\"kling-image\"}"),
            new Call("POST", "/v2/images/quote", List.of(), IMAGE),
            new Call("POST", "/v2/images/quote", List.of(), "{\"prompt\":@TEXT@,\"model\":\"kling-image\"}"),
            new Call(
                    "GET", "/v2/jobs", List.of("status", "limit", "cursor", "search", "label", "scope", "model"), null),
            new Call("GET", "/v2/jobs/" + NO_JOB, List.of("wait"), null),
            new Call("GET", "/v2/jobs/" + NO_JOB + "/events", List.of(), null),
            new Call("DELETE", "/v2/jobs/" + NO_JOB, List.of(), null),
            new Call("GET", "/v2/usage", List.of("from", "to", "groupBy", "format", "zone"), null),
            new Call("GET", "/v2/me", List.of(), null),
            new Call("GET", "/v2/credits", List.of(), null),
            new Call("GET", "/v2/queue", List.of(), null),
            new Call("GET", "/v2/notices", List.of("limit", "cursor"), null),
            new Call("POST", "/callbacks/apiframe/x", List.of(), "{\"event\":@VALUE@}"),
            new Call(
                    "POST",
                    "/admin/v1/tenants",
                    List.of(),
                    "{\"name\":@TEXT@,\"budget\":{\"period\":@VALUE@,\"limit\":@VALUE@,\"timeZone\":@TEXT@},\"costCentre\":@TEXT@,\"limits\":{\"weight\":@VALUE@}}"),
            new Call("PATCH", "/admin/v1/tenants/fuzzed", List.of(), "{\"costCentre\":@TEXT@,\"limits\":@VALUE@}"),
            new Call(
                    "PATCH",
                    "/admin/v1/tenants/fuzzed",
                    List.of(),
                    "{\"budget\":{\"windows\":[{\"period\":@VALUE@,\"limit\":@VALUE@,\"firstDay\":@VALUE@}]}}"),
            new Call("POST", "/admin/v1/tenants/fuzzed/grants", List.of(), "{\"credits\":@VALUE@,\"reason\":@TEXT@}"),
            new Call("POST", "/admin/v1/tenants/fuzzed/keys", List.of(), "{\"name\":@TEXT@,\"expiresAt\":@VALUE@}"),
            new Call(
                    "PATCH",
                    "/admin/v1/tenants/fuzzed/notices",
                    List.of(),
                    "{\"thresholds\":@VALUE@,\"channels\":{\"a\":{\"kind\":@VALUE@,\"target\":@TEXT@}}}"),
            new Call("GET", "/admin/v1/tenants", List.of("limit", "cursor"), null),
            new Call("GET", "/admin/v1/audit", List.of("tenant", "actor", "from", "to", "cursor", "limit"), null),
            new Call("GET", "/admin/v1/usage", List.of("tenant", "from", "to", "groupBy", "format", "zone"), null),
            new Call("GET", "/admin/v1/generations", List.of("state", "tenant", "cursor", "limit"), null),
            new Call("GET", "/admin/v1/tenants/fuzzed/journal", List.of("kind", "from", "to", "cursor", "limit"), null),
            new Call("GET", "/admin/v1/notices", List.of("tenant", "limit", "cursor"), null),
            new Call("GET", "/admin/v1/webhook-deliveries", List.of("tenant", "limit", "cursor"), null),
            new Call("POST", "/console/sign-in", List.of("next"), "secret=@TEXT@&_csrf=@VALUE@&next=@TEXT@"),
            new Call("GET", "/console/sign-in", List.of("next", "ended"), null),
            new Call("GET", "/console/operator/tenants", List.of("find", "after"), null));

    private static final List<String> TEXTS = List.of(
            "\"a fox\"",
            "\"\"",
            "\" \"",
            "\"\\ud800\"",
            "\"a\\udc00b\"",
            "\"\\u0000\"",
            "\"a\u0000b\"",
            "\"\\n\"",
            "\"\u202e\"",
            "\"\uD83E\uDD8A\"",
            "\"https://hooks.example.com/\\u0000\"",
            "\"http://[::1\"",
            "\"" + "x".repeat(3000) + "\"",
            "\"Europe/Berlin\"",
            "\"CET\"",
            "\"\\x\"",
            "\"",
            "'a'",
            "null",
            "7",
            "[]",
            "{}",
            "\"${7*7}\"",
            "\"%00\"",
            "\"';--\"");

    private static final List<String> VALUES = List.of(
            "0",
            "1",
            "2",
            "-1",
            "2.0",
            "2.5",
            "1e400",
            "-1e400",
            "1e-400",
            "1E+2",
            "NaN",
            "Infinity",
            "01",
            "0x10",
            "\"2\"",
            "9223372036854775808",
            "99999999999999999999999999999999",
            "1" + "0".repeat(1200),
            "true",
            "null",
            "[]",
            "{}",
            "[".repeat(1500),
            "[".repeat(300) + "]".repeat(300),
            "{\"a\":".repeat(600),
            "\"DAY\"",
            "\"kling-v1\"",
            "[\"completed\"]",
            "[\"completed\",null]",
            "\"2026-12-31T00:00:00Z\"",
            "\"+300000-01-01T00:00:00Z\"",
            "tru",
            "/*x*/1");

    private static final List<String> PARAMETERS = List.of(
            "",
            "0",
            "1",
            "-1",
            "101",
            "1e3",
            "%00",
            "%ff",
            "%c0%80",
            "%ED%A0%80",
            "%zz",
            "%",
            "a%0ab",
            "x".repeat(4000),
            "null",
            "QUEUED",
            "2026-11-01",
            "%2B300000-01-01",
            "-300000-01-01",
            "2026-02-30",
            "9999-12-31",
            "day,key",
            "label:",
            "label:a,label:a",
            "csv",
            "Z",
            "CET",
            "Europe/Berlin",
            "SystemV/EST5",
            "MjAyNi0xMS0wMVQwMDowMDowMFp8",
            "AAAA",
            "%F0%9F%A6%8A",
            "{}",
            "a&b=c",
            "a;b");

    private static final List<String> HEADERS = List.of(
            "Content-Type: text/plain",
            "Content-Type: application/json;charset=utf-16",
            "Content-Type: application/json;charset=bogus",
            "Content-Type: multipart/form-data; boundary=x",
            "Content-Type: ;",
            "Content-Type: \u0000",
            "Content-Encoding: gzip",
            "Content-Encoding: br",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: chunked, gzip",
            "Transfer-Encoding:\tchunked",
            "Transfer-Encoding : chunked",
            "Transfer-Encoding: xchunked",
            "Content-Length: 0",
            "Content-Length: +5",
            "Content-Length: 5, 5",
            "Content-Length: 99999999999",
            "Expect: 100-continue",
            "Expect: something",
            "Host: other",
            "Host: a b",
            "Connection: upgrade",
            "Upgrade: h2c",
            "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA",
            "Idempotency-Key: ",
            "Idempotency-Key: a b",
            "Idempotency-Key: \u00fc",
            "X-Gateway-Labels: a=b",
            "X-Gateway-Labels: =",
            "X-Gateway-Labels: a=b,a=c",
            "X-Request-Id: <script>",
            "X-Request-Id: \u0001",
            "Accept: text/html",
            "Accept: */*;q=x",
            "Accept: nonsense",
            "Accept-Charset: utf-7",
            "Accept-Language: \u00ff",
            "Accept-Encoding: \u0001",
            "Range: bytes=0-",
            "Origin: null",
            "Cookie: kling_console=%00; a",
            "Cookie: \"",
            "Authorization: Bearer",
            "Authorization: Basic !!!",
            "X-API-Key: ",
            "X-API-Key: \u00fc",
            "X-Forwarded-For: a",
            "X-Forwarded-Proto: javascript",
            "X-HTTP-Method-Override: DELETE",
            "traceparent: 00-0-0-00",
            " folded",
            "No-Colon",
            ": empty",
            "A\u0000B: x",
            "X: a\rb",
            "X-Big: " + "x".repeat(9000),
            "If-None-Match: *",
            "Content-Type: application/x-www-form-urlencoded",
            "Last-Event-ID: \u0000");

    private static final List<String> METHODS = List.of(
            "GET",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "HEAD",
            "OPTIONS",
            "TRACE",
            "CONNECT",
            "PRI",
            "get",
            "F\u0000O",
            "",
            "PROPFIND");

    private static final List<String> VERSIONS =
            List.of("HTTP/1.0", "HTTP/2.0", "HTTP/9.9", "HTTP/1.1 x", "", "http/1.1", "HTTP/1.1\u0000");

    private static final List<Charset> CHARSETS = List.of(
            StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1, Charset.forName("UTF-32"));

    /** @param key of a tenant named fuzzed */
    static MutatedRequest next(RandomGenerator random, String key) {
        Call call = pick(CALLS, random);
        String method = chance(random, 12) ? pick(METHODS, random) : call.method();
        String version = chance(random, 20) ? pick(VERSIONS, random) : "HTTP/1.1";
        var head = new StringBuilder(method + " " + target(call, random) + " " + version + "\r\nHost: localhost\r\n");
        byte[] body = body(call, random);
        boolean chunked = body.length > 0 && chance(random, 6);
        if (call.body() != null) {
            head.append("Content-Type: ")
                    .append(
                            call.path().startsWith("/console")
                                    ? "application/x-www-form-urlencoded"
                                    : "application/json")
                    .append("\r\n")
                    .append(
                            chunked
                                    ? "Transfer-Encoding: chunked"
                                    : "Content-Length: " + (body.length + (chance(random, 20) ? 3 : 0)))
                    .append("\r\n");
        }
        if (!chance(random, 10)) {
            head.append(
                            call.path().startsWith("/admin")
                                    ? "Authorization: Bearer " + ConsoleTest.TOKEN
                                    : "X-API-Key: " + key)
                    .append("\r\n");
        }
        for (int extra = random.nextInt(4); extra > 0; extra--) {
            head.append(pick(HEADERS, random)).append("\r\n");
        }
        if (chance(random, 50)) {
            head.append("X-Many: x\r\n".repeat(random.nextInt(300)));
        }
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        bytes.writeBytes(chunked ? chunks(body, random) : body);
        return new MutatedRequest(chance(random, 4) ? broken(bytes.toByteArray(), random) : bytes.toByteArray());
    }

    private static String target(Call call, RandomGenerator random) {
        String path = call.path();
        if (chance(random, 10)) {
            int at = random.nextInt(path.length());
            path = path.substring(0, at)
                    + pick(
                            List.of(
                                    "%00",
                                    "%2e%2e", "//", ";a=b", "%zz", "\\", "%2f", "\u00fc", "{", " ", "?", "#", "%25",
                                    "\u0000"),
                            random)
                    + path.substring(at);
        } else if (chance(random, 40)) {
            path = pick(
                    List.of("*", "http://localhost" + path, "localhost:443", "", "//" + path, "/" + "a".repeat(9000)),
                    random);
        }
        var target = new StringBuilder(path);
        char separator = '?';
        for (String parameter : call.parameters()) {
            if (random.nextBoolean()) {
                target.append(separator).append(parameter).append('=').append(pick(PARAMETERS, random));
                separator = '&';
            }
        }
        return target.toString();
    }

    private static byte[] body(Call call, RandomGenerator random) {
        if (call.body() == null) {
            return new byte[0];
        }
        String text = call.body();
        while (text.contains("@")) {
            int text1 = text.indexOf("@TEXT@");
            int value = text.indexOf("@VALUE@");
            boolean isText = value < 0 || (text1 >= 0 && text1 < value);
            String with = chance(random, 3) ? pick(isText ? TEXTS : VALUES, random) : isText ? "\"x\"" : "1";
            int at = isText ? text1 : value;
            text = text.substring(0, at) + with.replace("@", "a") + text.substring(at + (isText ? 6 : 7));
        }
        if (chance(random, 15) && text.startsWith("{")) {
            text = text.replaceFirst("\\{", "{\"prompt\":1,\"reason\":2,\"name\":\"a\",");
        }
        text = chance(random, 25) ? "\uFEFF" + text : chance(random, 25) ? text + "{}" : text;
        return text.getBytes(chance(random, 20) ? pick(CHARSETS, random) : StandardCharsets.UTF_8);
    }

    private static byte[] chunks(byte[] body, RandomGenerator random) {
        var bytes = new ByteArrayOutputStream();
        int size = 1 + random.nextInt(Math.max(1, body.length));
        for (int at = 0; at < body.length; at += size) {
            int length = Math.min(size, body.length - at);
            String extension = chance(random, 10) ? ";x=\"y" : "";
            int announced = chance(random, 20) ? length + 1 : length;
            bytes.writeBytes(
                    (Integer.toHexString(announced) + extension + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            bytes.write(body, at, length);
            bytes.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        String end = pick(
                List.of(
                        "0\r\n\r\n",
                        "0\r\n\r\n",
                        "0\r\nTrailer: x\r\n\r\n",
                        "0\r\nX-API-Key: x\r\n\r\n",
                        "zz\r\n",
                        "",
                        "ffffffffffff\r\n",
                        "-1\r\n"),
                random);
        bytes.writeBytes(end.getBytes(StandardCharsets.ISO_8859_1));
        return bytes.toByteArray();
    }

    private static byte[] broken(byte[] bytes, RandomGenerator random) {
        byte[] broken = bytes.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(4)) {
            case 0 -> broken[at] = (byte) random.nextInt(256);
            case 1 -> broken = Arrays.copyOf(bytes, at);
            case 2 -> System.arraycopy(bytes, 0, broken, at, Math.min(8, bytes.length - at));
            default -> {
                for (int flip = 0; flip < 5; flip++) {
                    broken[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return broken;
    }

    private static boolean chance(RandomGenerator random, int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private static <T> T pick(List<T> choices, RandomGenerator random) {
        return choices.get(random.nextInt(choices.size()));
    }

    @Override
    public String toString() {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.length() > 1500 ? text.substring(0, 1500) + "…" : text;
    }
}
