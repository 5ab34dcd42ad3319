package io.klinggateway.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Requests written out beforehand, one of which is sent each time.
 *
 * @param status that each is to be answered with
 * @param admits whether each is to become a generation
 */
record Requests(List<byte[]> requests, int status, boolean admits) {

    private static final String GENERATE = "/v2/images/generate";

    byte[] any(SplittableRandom random) {
        return requests.get(random.nextInt(requests.size()));
    }

    static Requests generate(List<String> keys) {
        return generate(keys, null, 1, 202);
    }

    /** Each key's call is the same one every time. */
    static Requests generateOnce(List<String> keys) {
        return generate(keys, "once", 1, 202);
    }

    static Requests generateWithoutCredits(List<String> keys) {
        return generate(keys, null, 1, 402);
    }

    static Requests generateWrongly(List<String> keys) {
        return generate(keys, null, 5, 400);
    }

    private static Requests generate(List<String> keys, @Nullable String idempotencyKey, int images, int status) {
        String image = """
                {"prompt":"a lighthouse at dusk, oil painting, the sea calm and the sky full of birds",\
                "model":"kling-image","klingImageParams":{"model_name":"kling-v2","n":%d,"aspect_ratio":"16:9"}}""".formatted(images);
        return new Requests(
                keys.stream().map(key -> post(key, idempotencyKey, image)).toList(),
                status,
                status == 202 && idempotencyKey == null);
    }

    static Requests read(List<String> keys, IntFunction<String> job) {
        return new Requests(
                IntStream.range(0, keys.size())
                        .mapToObj(index -> bytes(head("GET", "/v2/jobs/" + job.apply(index), keys.get(index)) + "\r\n"))
                        .toList(),
                200,
                false);
    }

    /** Pages as a browser asks for them. */
    static Requests pages(List<String> paths, String cookies) {
        return new Requests(
                paths.stream()
                        .map(path -> bytes("GET " + path + " HTTP/1.1\r\nHost: gateway\r\nCookie: " + cookies
                                + "\r\nAccept: text/html\r\n\r\n"))
                        .toList(),
                200,
                false);
    }

    private static byte[] post(String key, @Nullable String idempotencyKey, String body) {
        return bytes(head("POST", GENERATE, key)
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n"
                + (idempotencyKey == null ? "" : "Idempotency-Key: " + idempotencyKey + "\r\n")
                + "\r\n" + body);
    }

    private static String head(String method, String path, String key) {
        return method + " " + path + " HTTP/1.1\r\nHost: gateway\r\nX-API-Key: " + key
                + "\r\nAccept: application/json\r\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
