package io.klinggateway.console;

import java.util.List;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A request as code to copy. The key stays out of it: it comes from the reader's environment. */
record CodeSample(String language, String code) {

    private static final ObjectWriter JSON = JsonMapper.shared()
            .writer()
            .with(new DefaultPrettyPrinter(
                    Separators.createDefaultInstance().withObjectNameValueSpacing(Separators.Spacing.AFTER)));

    static List<CodeSample> of(ObjectNode body, String gateway) {
        String url = gateway + "/v2/images/generate";
        String json = write(body);
        return List.of(
                new CodeSample("curl", curl(url, json)),
                new CodeSample("JavaScript", javaScript(url, indented(json, 2))),
                new CodeSample("Python", python(url, indented(json, 4))));
    }

    static String write(JsonNode json) {
        return JSON.writeValueAsString(json);
    }

    private static String curl(String url, String json) {
        return """
                curl -i %s \\
                  -H "X-API-Key: $KLING_GATEWAY_KEY" \\
                  -H 'Content-Type: application/json' \\
                  -d '%s'
                """.formatted(url, json.replace("'", "'\\''"));
    }

    /** A line break is never within a string. */
    private static String indented(String json, int columns) {
        return json.replace("\n", "\n" + " ".repeat(columns));
    }

    private static String javaScript(String url, String json) {
        return """
                const answer = await fetch("%s", {
                  method: "POST",
                  headers: {
                    "X-API-Key": process.env.KLING_GATEWAY_KEY,
                    "Content-Type": "application/json",
                  },
                  body: JSON.stringify(%s),
                });
                console.log(await answer.json());
                """.formatted(url, json);
    }

    /** The body holds only text, numbers and lists, which Python writes as JSON does. */
    private static String python(String url, String json) {
        return """
                import os
                import requests

                answer = requests.post(
                    "%s",
                    headers={"X-API-Key": os.environ["KLING_GATEWAY_KEY"]},
                    json=%s,
                )
                print(answer.json())
                """.formatted(url, json);
    }
}
