package io.klinggateway.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@RunningGatewayTest
class VendorClientTests {

    @LocalServerPort
    private int port;

    @Test
    void aNodeClientOfTheVendorsApiRunsUnchanged() throws Exception {
        assumeThat(hasNode()).as("Node.js is installed").isTrue();
        ProcessBuilder script =
                new ProcessBuilder("node", "src/test/client/vendor-client.mjs").redirectErrorStream(true);
        script.environment().put("GATEWAY_URL", "http://localhost:" + port);
        script.environment().put("GATEWAY_KEY", RunningGateway.KEY);
        script.environment().put("GATEWAY_POOR_KEY", RunningGateway.POOR_KEY);
        Process node = script.start();
        try {
            String said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(node.waitFor(100, TimeUnit.SECONDS)).isTrue();
            assertThat(node.exitValue()).as(said).isZero();
            assertThat(said).contains("3 webhooks received and verified");
        } finally {
            node.destroyForcibly();
        }
    }

    private static boolean hasNode() {
        try {
            Process version = new ProcessBuilder(List.of("node", "--version"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return version.waitFor(10, TimeUnit.SECONDS) && version.exitValue() == 0;
        } catch (IOException none) {
            return false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
