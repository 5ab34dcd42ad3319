package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.RunningGatewayTest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** One setting takes the console away. */
@RunningGatewayTest(settings = "gateway.console.enabled=false")
class ConsoleOffTests {

    @LocalServerPort
    private int port;

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/sign-in", "/team", "/operator", "/assets/1/console.css"})
    void thereIsNothing(String path) {
        var answer = new Session("http://localhost:" + port).get("/console" + path);

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    }
}
