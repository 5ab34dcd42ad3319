package io.klinggateway.imagerequest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The contract's table of rules, over HTTP. */
@GatewayTest
class ImageRequestValidationTests {

    private static final String LIGHTHOUSE = "\uD83D\uDDFC"; // two UTF-16 units

    private final Gateway gateway;
    private Client client;

    ImageRequestValidationTests(Gateway gateway) {
        this.gateway = gateway;
        this.client = gateway.stranger();
    }

    @BeforeEach
    void newTenant() {
        client = gateway.newTenant(100);
    }

    static Stream<String> valid() {
        return Stream.of(
                        List.of(
                                "{\"prompt\": \"x\", \"model\": \"kling-image\"}",
                                body("\"prompt\": \"" + "x".repeat(2000) + "\""),
                                body("\"prompt\": \"" + LIGHTHOUSE.repeat(1000) + "\""),
                                body("\"prompt\": \"a \\u0000 b\""),
                                body("\"prompt\": \"a \\uD83D b\""),
                                body("\"webhookUrl\": \"https://hooks.example.com/kling\""),
                                body("\"webhookEvents\": [\"progress\", \"completed\", \"failed\"]"),
                                body("\"webhookEvents\": [\"completed\", \"completed\"]"),
                                params("")),
                        each("model_name", "\"kling-v1\"", "\"kling-v1-5\"", "\"kling-v2\""),
                        each("negative_prompt", "\"\"", "\"" + "x".repeat(2500) + "\""),
                        each("image_fidelity", "0", "1", "0.5", "0.0", "1.0", "5e-1"),
                        each("n", "1", "2", "3", "4", "2.0", "4e0", "3.000"),
                        each(
                                "aspect_ratio",
                                "\"16:9\"",
                                "\"9:16\"",
                                "\"1:1\"",
                                "\"4:3\"",
                                "\"3:4\"",
                                "\"3:2\"",
                                "\"2:3\""),
                        each(
                                "image",
                                "\"http://example.com\"",
                                "\"https://example.com/a.png\"",
                                "\"HTTPS://EXAMPLE.COM/A.png\"",
                                "\"https://example.com:8443/a.png?b=c#d\"",
                                "\"https://example.com/ü|{}.png\"",
                                "\"https://exämple.de/a.png\"",
                                "\"https://user:secret@example.com/a.png\"",
                                "\"http://192.0.2.1/a.png\"",
                                "\"http://[2001:db8::1]/a.png\""))
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("valid")
    void whatTheVendorAcceptsIsAccepted(String request) {
        var id = client.accepted(request);

        var echoed = client.job(id).json().get("input");
        var mapper = JsonMapper.shared();
        assertThat(numbersAsDoubles(echoed.toString()))
                .isEqualTo(numbersAsDoubles(mapper.readTree(request).toString()));
    }

    /** 2, 2.0 and 2e0 are one number. */
    private static Object numbersAsDoubles(String json) {
        var tree = JsonMapper.shared().readTree(json);
        if (tree.get("klingImageParams") instanceof ObjectNode params) {
            for (var name : List.of("n", "image_fidelity")) {
                if (params.has(name)) {
                    params.put(name, params.get(name).doubleValue());
                }
            }
        }
        return tree;
    }

    /** As browsers and Node.js read URLs; the tenant's webhook is never shown to the vendor. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://hooks.example.com/with space",
                "https://hooks.example.com/ümlaut",
                "https://hooks.example.com/tab\\tand\\nline"
            })
    void webhookUrlsAreReadAsBrowsersReadThem(String url) {
        var request = body("\"webhookUrl\": \"" + url + "\"");

        var id = client.accepted(request);

        assertThat(client.job(id).json().get("input").get("webhookUrl"))
                .isEqualTo(JsonMapper.shared().readTree(request).get("webhookUrl"));
    }

    /** What the database cannot hold as text is kept as the escape that stands for it. */
    @Test
    void aLoneSurrogateInAWebhookUrlIsKeptEscaped() {
        var id = client.accepted(body("\"webhookUrl\": \"https://hooks.example.com/a\\uD83Db\""));

        assertThat(client.job(id).json().get("input").get("webhookUrl").stringValue())
                .isEqualTo("https://hooks.example.com/a%EF%BF%BDb");
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                arguments("{}", List.of("prompt", "model")),
                arguments("{\"model\": \"kling-image\"}", List.of("prompt")),
                arguments("{\"prompt\": \"x\"}", List.of("model")),
                arguments("[]", List.of("$")),
                arguments("\"x\"", List.of("$")),
                arguments("null", List.of("$")),
                arguments(body("\"prompt\": \"\""), List.of("prompt")),
                arguments(body("\"prompt\": \" \\t\\u00a0\\u2003\\u200b\""), List.of("prompt")),
                arguments(body("\"prompt\": \"" + "x".repeat(2001) + "\""), List.of("prompt")),
                arguments(body("\"prompt\": \"x" + LIGHTHOUSE.repeat(1000) + "\""), List.of("prompt")),
                arguments(body("\"prompt\": 1"), List.of("prompt")),
                arguments(body("\"prompt\": null"), List.of("prompt")),
                arguments(body("\"prompt\": [\"x\"]"), List.of("prompt")),
                arguments(body("\"model\": \"kling-video\""), List.of("model")),
                arguments(body("\"model\": \"Kling-Image\""), List.of("model")),
                arguments(body("\"model\": null"), List.of("model")),
                arguments(body("\"model\": 1"), List.of("model")),
                arguments(body("\"seed\": 1"), List.of("seed")),
                arguments(body("\"seed\": null"), List.of("seed")),
                arguments(body("\"klingImageParams\": null"), List.of("klingImageParams")),
                arguments(body("\"klingImageParams\": []"), List.of("klingImageParams")),
                arguments(body("\"klingImageParams\": \"n=2\""), List.of("klingImageParams")),
                arguments(params("\"seed\": 1"), List.of("klingImageParams.seed")),
                arguments(params("\"N\": 1"), List.of("klingImageParams.N")),
                arguments(params("\"modelName\": \"kling-v1\""), List.of("klingImageParams.modelName")),
                arguments(params("\"model_name\": \"kling-v3\""), List.of("klingImageParams.model_name")),
                arguments(params("\"model_name\": null"), List.of("klingImageParams.model_name")),
                arguments(
                        params("\"negative_prompt\": \"" + "x".repeat(2501) + "\""),
                        List.of("klingImageParams.negative_prompt")),
                arguments(params("\"negative_prompt\": null"), List.of("klingImageParams.negative_prompt")),
                arguments(params("\"negative_prompt\": 1"), List.of("klingImageParams.negative_prompt")),
                arguments(params("\"image\": \"\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"a.png\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"/a.png\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"//example.com/a.png\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"ftp://example.com/a.png\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"file:///etc/passwd\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"data:image/png;base64,AAAA\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"https://\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"https://exa mple.com/\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": \"https://example.com:99999/\""), List.of("klingImageParams.image")),
                arguments(params("\"image\": null"), List.of("klingImageParams.image")),
                arguments(params("\"image\": 1"), List.of("klingImageParams.image")),
                arguments(params("\"image_fidelity\": -0.01"), List.of("klingImageParams.image_fidelity")),
                arguments(params("\"image_fidelity\": 1.01"), List.of("klingImageParams.image_fidelity")),
                arguments(params("\"image_fidelity\": \"0.5\""), List.of("klingImageParams.image_fidelity")),
                arguments(params("\"image_fidelity\": true"), List.of("klingImageParams.image_fidelity")),
                arguments(params("\"image_fidelity\": null"), List.of("klingImageParams.image_fidelity")),
                arguments(params("\"n\": 0"), List.of("klingImageParams.n")),
                arguments(params("\"n\": 5"), List.of("klingImageParams.n")),
                arguments(params("\"n\": -1"), List.of("klingImageParams.n")),
                arguments(params("\"n\": 2.5"), List.of("klingImageParams.n")),
                arguments(params("\"n\": \"2\""), List.of("klingImageParams.n")),
                arguments(params("\"n\": true"), List.of("klingImageParams.n")),
                arguments(params("\"n\": null"), List.of("klingImageParams.n")),
                arguments(params("\"n\": [2]"), List.of("klingImageParams.n")),
                arguments(params("\"n\": 4294967298"), List.of("klingImageParams.n")),
                arguments(params("\"n\": 18446744073709551618"), List.of("klingImageParams.n")),
                arguments(params("\"n\": 1e300"), List.of("klingImageParams.n")),
                arguments(params("\"n\": 1e999"), List.of("klingImageParams.n")),
                arguments(params("\"aspect_ratio\": \"16:10\""), List.of("klingImageParams.aspect_ratio")),
                arguments(params("\"aspect_ratio\": null"), List.of("klingImageParams.aspect_ratio")),
                arguments(body("\"webhookUrl\": \"hooks.example.com\""), List.of("webhookUrl")),
                arguments(body("\"webhookUrl\": \"ftp://hooks.example.com\""), List.of("webhookUrl")),
                arguments(body("\"webhookUrl\": \"\""), List.of("webhookUrl")),
                arguments(body("\"webhookUrl\": \"https://user:secret@hooks.example.com\""), List.of("webhookUrl")),
                arguments(body("\"webhookUrl\": \"https://hooks.example.com/\\u0000\""), List.of("webhookUrl")),
                arguments(body("\"webhookEvents\": []"), List.of("webhookEvents")),
                arguments(body("\"webhookEvents\": \"completed\""), List.of("webhookEvents")),
                arguments(body("\"webhookEvents\": null"), List.of("webhookEvents")),
                arguments(body("\"webhookEvents\": [\"completed\", \"started\"]"), List.of("webhookEvents[1]")),
                arguments(body("\"webhookEvents\": [null, 1]"), List.of("webhookEvents[0]", "webhookEvents[1]")),
                arguments(
                        """
                        {"prompt": "", "model": "other", "seed": 1, "webhookUrl": "nowhere", "webhookEvents": [],
                         "klingImageParams": {"model_name": "v9", "negative_prompt": 1, "image": "a.png",
                                              "image_fidelity": 2, "n": 9, "aspect_ratio": "1:9", "size": 1}}
                        """,
                        List.of(
                                "prompt",
                                "model",
                                "seed",
                                "webhookUrl",
                                "webhookEvents",
                                "klingImageParams.model_name",
                                "klingImageParams.negative_prompt",
                                "klingImageParams.image",
                                "klingImageParams.image_fidelity",
                                "klingImageParams.n",
                                "klingImageParams.aspect_ratio",
                                "klingImageParams.size")));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void everyViolationIsNamedByItsPathAndNothingIsHeldOrSent(String request, List<String> paths) {
        var marker = "marker-" + UUID.randomUUID();

        var answer = client.generate(request.replaceFirst("\"prompt\": \"x\"", "\"prompt\": \"" + marker + "\""));

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("validation_failed");
        assertThat(paths)
                .anySatisfy(path ->
                        assertThat(answer.text("error")).startsWith(path.equals("$") ? "The body must" : path + " "));
        var details = answer.json().get("details");
        assertThat(details.propertyNames()).containsExactlyInAnyOrderElementsOf(paths);
        assertThat(details.values()).allSatisfy(messages -> {
            assertThat(messages.size()).isPositive();
            assertThat(messages.get(0).stringValue()).isNotBlank();
        });
        assertThat(client.rows("generation") + client.rows("journal_entry") + client.rows("window_period"))
                .isZero();
        assertThat(gateway.sentWith(marker)).isZero();
    }

    @Test
    void anotherModelIsToldOfTheSupportedOne() {
        var answer = client.generate(body("\"model\": \"kling-video\""));

        assertThat(answer.json().get("details").get("model").get(0).stringValue())
                .contains("kling-image");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "not json",
                "{\"prompt\": \"x\", \"model\": \"kling-image\"",
                "{\"prompt\": \"x\", \"model\": \"kling-image\"} {}",
                "{\"prompt\": \"x\", \"model\": \"kling-image\",}",
                "{'prompt': 'x'}",
                "{\"prompt\": \"line\nbreak\", \"model\": \"kling-image\"}",
                "{\"n\": NaN}"
            })
    void whatIsNoJsonIsSaidToBeNone(String body) {
        var answer = client.generate(body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.text("code")).isEqualTo("malformed_json");
        assertThat(client.rows("generation")).isZero();
    }

    @Test
    void nonsenseOfOtherKindsIsRefusedToo() {
        var blank = client.generate(" ");
        var deep = client.generate("[".repeat(20_000));
        var tooLong = client.generate(params("\"n\": 1" + "0".repeat(5_000)));
        var bytes = client.generate(BodyPublishers.ofByteArray(
                "{\"prompt\": \"\u00fc\", \"model\": \"kling-image\"}".getBytes(StandardCharsets.ISO_8859_1)));

        assertThat(List.of(blank.status(), deep.status(), tooLong.status(), bytes.status()))
                .containsOnly(400);
    }

    private static List<String> each(String name, String... values) {
        return Stream.of(values)
                .map(value -> params("\"" + name + "\": " + value))
                .toList();
    }

    private static String params(String members) {
        return body("\"klingImageParams\": {" + members + "}");
    }

    /** A valid request but for what the member says. */
    private static String body(String member) {
        var prompt = member.startsWith("\"prompt\"") ? "" : "\"prompt\": \"x\", ";
        var model = member.startsWith("\"model\"") ? "" : "\"model\": \"kling-image\", ";
        return "{" + prompt + model + member + "}";
    }
}
