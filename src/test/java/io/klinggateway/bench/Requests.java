package io.klinggateway.bench;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests written out beforehand, one of which is sent each time.
 *
 * @param target whose host and port they are sent to
 * @param status that each is to be answered with
 */
record Requests(URI target, List<byte[]> requests, int status) {

    private static final String GENERATE = "/v2/images/generate";
    private static final String IMAGE = """
            {"prompt":"a lighthouse at dusk, oil painting, the sea calm and the sky full of birds",\
            "model":"kling-image","klingImageParams":{"model_name":"kling-v2","n":%d,"aspect_ratio":"16:9"}}""";

    byte[] any(SplittableRandom random) {
        return requests.get(random.nextInt(requests.size()));
    }

    static Requests generate(URI target, List<String> keys) {
        return new Requests(
                target,
                keys.stream()
                        .map(key -> post(target, key, null, IMAGE.formatted(1)))
                        .toList(),
                202);
    }

    /** Each key's call is the same one every time. */
    static Requests generateOnce(URI target, List<String> keys) {
        return new Requests(
                target,
                keys.stream()
                        .map(key -> post(target, key, "once", IMAGE.formatted(1)))
                        .toList(),
                202);
    }

    static Requests generateWithoutCredits(URI target, String key) {
        return new Requests(target, List.of(post(target, key, null, IMAGE.formatted(1))), 402);
    }

    static Requests generateWrongly(URI target, List<String> keys) {
        return new Requests(
                target,
                keys.stream()
                        .map(key -> post(target, key, null, IMAGE.formatted(5)))
                        .toList(),
                400);
    }

    static Requests read(URI target, List<String> keys, IntFunction<String> job) {
        return new Requests(
                target,
                IntStream.range(0, keys.size())
                        .mapToObj(index -> get(target, keys.get(index), "/v2/jobs/" + job.apply(index)))
                        .toList(),
                200);
    }

    /** The page as a browser asks for it. */
    static Requests page(URI target, String path, String cookies) {
        String head = "GET " + path + " HTTP/1.1\r\nHost: " + target.getAuthority() + "\r\nCookie: " + cookies
                + "\r\nAccept: text/html\r\n\r\n";
        return new Requests(target, List.of(head.getBytes(StandardCharsets.US_ASCII)), 200);
    }

    private static byte[] post(URI target, String key, @Nullable String idempotencyKey, String body) {
        return (head("POST", GENERATE, target, key)
                        + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n"
                        + (idempotencyKey == null ? "" : "Idempotency-Key: " + idempotencyKey + "\r\n")
                        + "\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] get(URI target, String key, String path) {
        return (head("GET", path, target, key) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String head(String method, String path, URI target, String key) {
        return method + " " + path + " HTTP/1.1\r\nHost: " + target.getAuthority() + "\r\nX-API-Key: " + key
                + "\r\nAccept: application/json\r\n";
    }
}
