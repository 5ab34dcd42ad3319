package io.klinggateway.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.klinggateway.Gateway;
import io.klinggateway.Gateway.Client;
import io.klinggateway.GatewayTest;
import io.klinggateway.running.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a wrong request is told. Whoever reads the sentence knows what to change, and needs no second look. */
@GatewayTest
@ExtendWith(OutputCaptureExtension.class)
class ErrorMessagesTests {

    private static final String STATUSES = "QUEUED, PROCESSING, COMPLETED, FAILED, CANCELLED";
    private static final String PARAMS = "klingImageParams.";
    private static final String KNOWN_OF_PARAMS = "model_name, negative_prompt, image, image_fidelity, n, aspect_ratio";

    private final Gateway gateway;
    private final Client client;

    ErrorMessagesTests(Gateway gateway) {
        this.gateway = gateway;
        this.client = gateway.newTenant(10);
    }

    /** Bodies of {@code POST /v2/images/generate}. */
    static Stream<Arguments> bodies() {
        return Stream.of(
                // What JSON cannot be.
                arguments("", "The body is empty; it must be a JSON object"),
                arguments(" \n", "The body is empty; it must be a JSON object"),
                arguments(
                        "{",
                        "The body is not valid JSON at line 1, column 2: it ends too early; a quotation mark or a"
                                + " bracket is not closed"),
                arguments(
                        "{\"prompt\": \"x\",\n  \"model\": \"kling-image\",}",
                        "The body is not valid JSON at line 2, column 26: unexpected }, expected double-quote to start"
                                + " property name"),
                arguments(
                        "{'prompt': 'x'}",
                        "The body is not valid JSON at line 1, column 2: names and texts must stand in double quotes,"
                                + " not in single ones"),
                arguments(
                        "{\"prompt\": a fox}",
                        "The body is not valid JSON at line 1, column 12: names and texts must stand in double quotes"),
                arguments(
                        "{\"prompt\": \"ü\" \"model\": \"kling-image\"}",
                        "The body is not valid JSON at line 1, column 16: unexpected \", expected comma to separate"
                                + " Object entries"),
                arguments(
                        "{\"prompt\": \"two\nlines\"}",
                        "The body is not valid JSON at line 1, column 16: a line break or control character in a text"
                                + " must be escaped, such as \\n"),
                arguments(
                        "{\"n\": NaN}",
                        "The body is not valid JSON at line 1, column 10: there is no such number in JSON"),
                arguments(
                        "{\"prompt\": \"x\"} {}",
                        "The body is not valid JSON at line 1, column 17: something follows the first value"),
                arguments("[]", "The body must be an object (got an empty array)"),
                arguments("null", "The body must be an object (got null)"),
                // The prompt, which no message repeats.
                arguments("{\"model\": \"kling-image\"}", "prompt is required"),
                arguments(body("\"prompt\": \"\""), "prompt must have 1 to 2000 characters (got 0 characters)"),
                arguments(body("\"prompt\": \" \\t\\u00a0\\u200b\""), "prompt must not be blank (got 4 characters)"),
                arguments(
                        body("\"prompt\": \"" + "x".repeat(2001) + "\""),
                        "prompt must have 1 to 2000 characters (got 2001 characters)"),
                arguments(body("\"prompt\": null"), "prompt must be a string (got null)"),
                arguments(body("\"prompt\": [\"a fox\"]"), "prompt must be a string (got an array)"),
                arguments(body("\"prompt\": 1"), "prompt must be a string (got 1)"),
                // The model.
                arguments("{\"prompt\": \"x\"}", "model is required: kling-image"),
                arguments(
                        body("\"model\": \"midjourney\""),
                        "model must be kling-image, the one model that this gateway serves (got \"midjourney\")"),
                arguments("{}", "prompt is required; 1 more problem"),
                // Names that there are not.
                arguments(
                        "{\"promt\": \"x\", \"model\": \"kling-image\"}",
                        "promt is not a known property (did you mean prompt?); 1 more problem"),
                arguments(
                        body("\"webhook_url\": \"https://hooks.example.com\""),
                        "webhook_url is not a known property (did you mean webhookUrl?)"),
                arguments(body("\"n\": 2"), "n is not a known property (did you mean klingImageParams.n?)"),
                arguments(
                        body("\"negativePrompt\": \"x\""),
                        "negativePrompt is not a known property (did you mean klingImageParams.negative_prompt?)"),
                arguments(
                        body("\"seed\": 1"),
                        "seed is not a known property (known are prompt, model, klingImageParams, webhookUrl,"
                                + " webhookEvents)"),
                arguments(
                        params("\"aspectRatio\": \"1:1\""),
                        PARAMS + "aspectRatio is not a known property (did you mean aspect_ratio?)"),
                arguments(
                        params("\"ratio\": \"1:1\""),
                        PARAMS + "ratio is not a known property (did you mean aspect_ratio?)"),
                arguments(
                        params("\"image_url\": \"https://a.example/a.png\""),
                        PARAMS + "image_url is not a known property (did you mean image?)"),
                arguments(params("\"N\": 1"), PARAMS + "N is not a known property (did you mean n?)"),
                arguments(
                        params("\"webhookUrl\": \"https://a.example\""),
                        PARAMS
                                + "webhookUrl is not a known property (did you mean webhookUrl beside"
                                + " klingImageParams?)"),
                arguments(
                        params("\"seed\": 1"),
                        PARAMS + "seed is not a known property (known are " + KNOWN_OF_PARAMS + ")"),
                // Values of the parameters.
                arguments(body("\"klingImageParams\": [1]"), "klingImageParams must be an object (got an array)"),
                arguments(params("\"n\": 5"), PARAMS + "n must be from 1 to 4 (got 5)"),
                arguments(params("\"n\": 2.5"), PARAMS + "n must be an integer (got 2.5)"),
                arguments(params("\"n\": \"2\""), PARAMS + "n must be an integer (got \"2\")"),
                arguments(params("\"n\": null"), PARAMS + "n must be left out rather than null"),
                arguments(params("\"image_fidelity\": 50"), PARAMS + "image_fidelity must be from 0 to 1 (got 50)"),
                arguments(
                        params("\"image_fidelity\": \"high\""),
                        PARAMS + "image_fidelity must be a number (got \"high\")"),
                arguments(
                        params("\"aspect_ratio\": \"16x9\""),
                        PARAMS + "aspect_ratio must be one of 16:9, 9:16, 1:1, 4:3, 3:4, 3:2, 2:3 (got \"16x9\")"),
                arguments(
                        params("\"model_name\": \"kling-v3\""),
                        PARAMS + "model_name must be one of kling-v1, kling-v1-5, kling-v2 (got \"kling-v3\")"),
                arguments(
                        params("\"image\": \"cat.png\""),
                        PARAMS + "image must be an absolute http or https URL (got \"cat.png\")"),
                arguments(
                        params("\"image\": \"ftp://me:secret@files.example/cat.png?token=secret\""),
                        PARAMS + "image must be an absolute http or https URL (got \"ftp://files.example/…\")"),
                arguments(
                        params("\"image\": \"data:image/png;base64,AAAA\""),
                        PARAMS + "image must be an absolute http or https URL (got \"data:…\")"),
                arguments(
                        params("\"negative_prompt\": \"" + "x".repeat(2501) + "\""),
                        PARAMS + "negative_prompt must have at most 2500 characters (got 2501 characters)"),
                arguments(
                        params("\"n\": 5, \"size\": 1, \"aspect_ratio\": \"1:9\""),
                        PARAMS + "size is not a known property (known are " + KNOWN_OF_PARAMS + "); 2 more problems"),
                // Webhooks.
                arguments(
                        body("\"webhookUrl\": \"http://hooks.example.com/secret\""),
                        "webhookUrl must be https: plain http goes only to receivers that the operator has allowed"
                                + " (got \"http://hooks.example.com/…\")"),
                arguments(
                        body("\"webhookUrl\": \"https://me:secret@hooks.example.com\""),
                        "webhookUrl must not carry a user name or password (got \"https://hooks.example.com\")"),
                arguments(
                        body("\"webhookUrl\": \"https://localhost/hook\""),
                        "webhookUrl must not lead to the gateway's own machine (got \"https://localhost/…\")"),
                arguments(
                        body("\"webhookEvents\": [\"done\"]"),
                        "webhookEvents[0] must be one of progress, completed, failed (got \"done\")"),
                arguments(
                        body("\"webhookEvents\": \"completed\""),
                        "webhookEvents must be an array with some of progress, completed, failed (got \"completed\")"),
                arguments(
                        body("\"webhookEvents\": []"),
                        "webhookEvents must have at least one event (got an empty array)"),
                arguments(
                        body("\"webhookUrl\": \"https://10.0.0.1/hook\", \"webhookEvents\": [\"done\"],"
                                + " \"klingImageParams\": {\"n\": 9}"),
                        PARAMS + "n must be from 1 to 4 (got 9); 2 more problems"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aWrongBodySaysWhatToChange(String body, String message) {
        assertSays(client.generate(body), 400, message);
    }

    /** All else that a call is made of. */
    static Stream<Arguments> calls() {
        return Stream.of(
                call(400, "status must be one of " + STATUSES + " (got \"DONE\")", on("/v2/jobs?status=DONE")),
                call(
                        400,
                        "state is not a parameter of GET /v2/jobs (did you mean status, one of " + STATUSES + "?)",
                        on("/v2/jobs?state=COMPLETED")),
                call(400, "limt is not a parameter of GET /v2/jobs (did you mean limit?)", on("/v2/jobs?limt=5")),
                call(
                        400,
                        "page is not a parameter of GET /v2/jobs (it has status, model, models, limit, cursor, search,"
                                + " label, scope, include_models)",
                        on("/v2/jobs?page=2")),
                call(400, "verbose is not a parameter of GET /v2/me (it has none)", on("/v2/me?verbose=1")),
                call(
                        400,
                        "wiat is not a parameter of GET /v2/jobs/{id} (did you mean wait?)",
                        on("/v2/jobs/4f0c2a55-0000-7000-8000-000000000000?wiat=5")),
                call(
                        400,
                        "limit must be an integer from 1 to 100 (got \"101\"); 1 more problem",
                        on("/v2/jobs?limit=101&cursor=x")),
                call(
                        400,
                        "model must be kling-image, the one model that this gateway serves (got \"kling_image\")",
                        on("/v2/jobs?model=kling_image")),
                call(
                        400,
                        "groupBy must be at most 10 of day, key, month, model, label:<name> (got \"week\")",
                        on("/v2/usage?groupBy=week")),
                call(
                        400,
                        "modality must be one of image, video, music (got \"photo\")",
                        on("/v2/models?modality=photo")),
                call(400, "id must be a UUID (got \"4711\")", on("/v2/jobs/4711")),
                call(
                        400,
                        "Idempotency-Key must be 1 to 255 visible ASCII characters without spaces (got \"order 4711\")",
                        client -> client.generate(Gateway.FOX, "Idempotency-Key", "order 4711")),
                call(
                        400,
                        "The request is not valid HTTP, or its URL has a sequence that is not allowed, such as // or an"
                                + " encoded slash",
                        on("/v2//jobs")),
                call(404, "Job not found", on("/v2/jobs/4f0c2a55-0000-7000-8000-000000000000")),
                call(
                        404,
                        "Not found: there is no /v2/job; did you mean /v2/jobs? (this gateway serves one model,"
                                + " kling-image)",
                        on("/v2/job")),
                call(
                        404,
                        "Not found: there is no /v2/images; did you mean /v2/images/generate or /v2/images/quote?"
                                + " (this gateway serves one model, kling-image)",
                        on("/v2/images")),
                call(
                        404,
                        "Not found: there is no /v2/videos/generate; there are /v2/credits, /v2/forecast,"
                                + " /v2/gateway/credit-requests, /v2/images/generate, /v2/images/quote, /v2/jobs,"
                                + " /v2/jobs/{id}, /v2/jobs/{id}/events, /v2/me, /v2/models, /v2/notices, /v2/queue,"
                                + " /v2/uploads, /v2/usage (this gateway serves one model, kling-image)",
                        on("/v2/videos/generate")),
                call(
                        404,
                        "Not found: there is no /images/generate; did you mean /v2/images/generate?",
                        on("/images/generate")),
                call(
                        404,
                        "Not found: there is no /nowhere; the API is under /v2, and described at /swagger-ui.html",
                        on("/nowhere")),
                call(405, "GET is not allowed here; POST is", on("/v2/images/generate")),
                call(406, "Accept must allow application/json", client -> client.get("/v2/me", "Accept", "text/html")),
                call(
                        415,
                        "Content-Type must be application/json (got \"text/plain\")",
                        client -> client.send(
                                "POST",
                                "/v2/images/generate",
                                BodyPublishers.ofString(Gateway.FOX),
                                "Content-Type",
                                "text/plain")),
                call(
                        415,
                        "Content-Type must be application/json (got none)",
                        client -> client.send("POST", "/v2/images/generate", BodyPublishers.ofString(Gateway.FOX))));
    }

    private static Arguments call(int status, String message, Function<Client, Answer> call) {
        return arguments(status, message, call);
    }

    private static Function<Client, Answer> on(String path) {
        return client -> client.get(path);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aWrongCallSaysWhatToChange(int status, String message, Function<Client, Answer> call) {
        assertSays(call.apply(client), status, message);
    }

    /** Messages stand in answers and logs. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"prompt\": 1, \"model\": \"kg_secret_00000000000000000000\"}",
                "{\"prompt\": \"x\", \"model\": \"Bearer kg_secret_00000000000000\"}",
                "{\"prompt\": \"secret \", \"model\": \"kling-image\", \"klingImageParams\": {\"n\": 9}}",
                "{\"prompt\": \"x\", \"model\": \"kling-image\", \"webhookUrl\": \"hooks.example.com/secret\"}",
                "{\"prompt\": \"x\", \"model\": \"kling-image\", \"webhookUrl\":"
                        + " \"secret:secret@hooks.example.com/x\"}",
                "{\"prompt\": \"x\", \"model\": \"kling-image\", \"webhookUrl\":"
                        + " \"https://a:secret@b:secret@10.0.0.1/secret\"}",
                "{\"prompt\": \"x\", \"model\": \"kling-image\", \"klingImageParams\": {\"image\":"
                        + " \"//secret@files.example/secret\"}}"
            })
    void noMessageRepeatsASecret(String body) {
        assertThat(client.generate(body).expect(400).body()).doesNotContain("secret");
    }

    /** So that whoever is asked about a requestId finds out what happened, and with which call. */
    @Test
    void everyErrorIsOneLineOfTheLogFoundByItsId(CapturedOutput output) {
        List<Answer> answers = List.of(
                client.generate("{}"),
                client.generate("{"),
                client.get("/v2/jobs?limit=0"),
                client.get("/v2/nowhere"),
                client.get("/nowhere"),
                client.get("/v2//jobs"),
                client.get("/v2/images/generate"),
                client.get("/v2/jobs/4f0c2a55-0000-7000-8000-000000000000"),
                client.generate(" ".repeat(70_000)),
                gateway.stranger().get("/v2/me"),
                gateway.withKey("kg_unknown").get("/v2/me"),
                gateway.newTenant(0).generate(Gateway.FOX));

        assertThat(answers)
                .allSatisfy(answer -> assertThat(
                                output.getAll().lines().filter(line -> line.contains(answer.text("requestId"))))
                        .singleElement()
                        .asString()
                        .contains(
                                "INFO",
                                "refused",
                                answer.status() + " " + answer.code() + ": " + answer.text("detail")));
        assertThat(output).contains("refused GET /v2/nowhere: 404", "refused POST /v2/images/generate: 402");
    }

    private static void assertSays(Answer answer, int status, String message) {
        assertThat(answer.text("error")).as(answer.body()).isEqualTo(message);
        assertThat(answer.text("detail")).isEqualTo(message);
        assertThat(answer.status()).isEqualTo(status);
    }

    private static String params(String members) {
        return body("\"klingImageParams\": {" + members + "}");
    }

    /** A valid request but for what the member says. */
    private static String body(String member) {
        String prompt = member.startsWith("\"prompt\"") ? "" : "\"prompt\": \"x\", ";
        String model = member.startsWith("\"model\"") ? "" : "\"model\": \"kling-image\", ";
        return "{" + prompt + model + member + "}";
    }
}
