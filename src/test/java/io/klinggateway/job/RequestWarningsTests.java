package io.klinggateway.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.Gateway;
import io.klinggateway.GatewayTest;
import io.klinggateway.running.Answer;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A valid request that may disappoint is taken, and its caller told. */
@GatewayTest
class RequestWarningsTests {

    private final Gateway gateway;

    RequestWarningsTests(Gateway gateway) {
        this.gateway = gateway;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'n': 1} | ''",
                "{'image': 'https://images.example/a.png'} | model_may_ignore_image",
                "{'image': 'https://images.example/a.png', 'model_name': 'kling-v1'} | model_may_ignore_image",
                "{'image': 'https://images.example/a.png', 'model_name': 'kling-v1-5'} | model_may_ignore_image",
                "{'image': 'https://images.example/a.png', 'model_name': 'kling-v2', 'image_fidelity': 0.5} | ''",
                "{'model_name': 'kling-v2', 'image_fidelity': 0.5} | fidelity_without_image"
            })
    void theAnswerAndTheQuoteWarn(String params, String warnings) {
        var team = gateway.newTenant(10);
        String body = "{\"prompt\": \"a fox\", \"model\": \"kling-image\", \"klingImageParams\": "
                + params.replace('\'', '"') + "}";

        Answer quoted = team.send(
                "POST", "/v2/images/quote", BodyPublishers.ofString(body), "Content-Type", "application/json");

        assertThat(team.generate(body).expect(202).header("X-Gateway-Warnings")).isEqualTo(warnings);
        assertThat(quoted.expect(200).header("X-Gateway-Warnings")).isEqualTo(warnings);
    }

    @Test
    void severalWarningsAreInOneHeaderAndARepeatedCallHasThemAgain() {
        var team = gateway.newTenant(10);
        String body = """
                {"prompt": "a fox", "model": "kling-image", "webhookEvents": ["completed"],
                 "klingImageParams": {"image_fidelity": 0.5}}
                """;

        team.accepted(body, "Idempotency-Key", "warned");

        assertThat(team.generate(body, "Idempotency-Key", "warned").header("X-Gateway-Warnings"))
                .isEqualTo("fidelity_without_image, events_without_webhook");
    }
}
