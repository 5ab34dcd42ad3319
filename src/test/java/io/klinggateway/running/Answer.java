package io.klinggateway.running;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** What came back over HTTP. */
public record Answer(int status, HttpHeaders headers, String body) {

    static Answer of(HttpResponse<String> response) {
        return new Answer(response.statusCode(), response.headers(), response.body());
    }

    /** Missing if there is no body. */
    public JsonNode json() {
        return body.isEmpty() ? MissingNode.getInstance() : JsonMapper.shared().readTree(body);
    }

    /** The text at a property of the body; empty if it is absent or null. */
    public String text(String property) {
        return json().path(property).asString("");
    }

    /** @param path names of properties, each within the one before; a number is a place in a list */
    public long number(String... path) {
        JsonNode node = json();
        for (String property : path) {
            node = node.isArray() ? node.path(Integer.parseInt(property)) : node.path(property);
        }
        assertThat(node.isIntegralNumber())
                .as("%s in %s", String.join(".", path), body)
                .isTrue();
        return node.longValue();
    }

    /** Empty if it is absent. */
    public String header(String name) {
        return headers.firstValue(name).orElse("");
    }

    public UUID jobId() {
        return UUID.fromString(expect(202).text("jobId"));
    }

    public String code() {
        return text("code");
    }

    public Answer expect(int expected) {
        assertThat(status).as(body).isEqualTo(expected);
        return this;
    }
}
