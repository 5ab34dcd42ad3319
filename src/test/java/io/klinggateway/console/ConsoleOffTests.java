package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.running.RunningGateway;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.ContextConfiguration;

/** One setting takes the console away. */
@SpringBootTest(
        classes = KlingGatewayApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT,
        properties = "gateway.console.enabled=false")
@ContextConfiguration(initializers = RunningGateway.class)
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
