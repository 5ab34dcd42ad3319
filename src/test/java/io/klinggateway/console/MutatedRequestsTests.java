package io.klinggateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.running.Client;
import io.klinggateway.running.RunningGateway;
import io.klinggateway.running.RunningGatewayTest;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.Environment;

/** Whatever is sent, the gateway does not fail. */
@RunningGatewayTest(
        settings = {
            "gateway.admin.tokens.alice=" + ConsoleTest.TOKEN,
            "spring.datasource.hikari.connection-timeout=20000" // so many at once may wait for it
        })
@ExtendWith(OutputCaptureExtension.class)
class MutatedRequestsTests {

    private static final int REQUESTS = 10_000;
    private static final int CALLERS = 16;
    private static final int PATIENCE_MILLIS = 20_000;

    /** Given as a system property, it repeats a run. */
    private static final long SEED = Long.getLong("fuzz.seed", System.nanoTime());

    private static final Pattern ENTRY = Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT.* --- \\[");

    /** Of a thread with a name that answers no callers. */
    private static final Pattern BACKGROUND = Pattern.compile(" --- \\[[^]]*] \\[ *(?![^]]*-handler-)[^]\\s][^]]*]");

    private final int port;

    MutatedRequestsTests(Environment environment) {
        this.port = environment.getRequiredProperty("local.server.port", Integer.class);
    }

    @Test
    @Timeout(120)
    void noneOfManyBrokenRequestsIsAFailureOfTheGateway(CapturedOutput output) {
        String key = keyOfATenantWithoutCredits();
        System.out.println("mutated requests: -Dfuzz.seed=" + SEED);
        var next = new AtomicInteger();
        var statuses = new AtomicIntegerArray(600);
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int caller = 0; caller < CALLERS; caller++) {
                callers.execute(() -> {
                    for (int number = next.getAndIncrement(); number < REQUESTS; number = next.getAndIncrement()) {
                        send(number, key, statuses, faults);
                    }
                });
            }
        }

        assertThat(faults.stream().limit(5)).isEmpty();
        assertThat(traces(output).stream().limit(3)).isEmpty();
        assertThat(new Client(port, RunningGateway.KEY).get("/v2/me").status()).isEqualTo(200);
        assertThat(statuses.get(200)).as("some are not broken").isPositive();
        for (int status : new int[] {400, 401, 402, 404, 405, 406, 413, 415}) {
            assertThat(statuses.get(status)).as("HTTP %d", status).isPositive();
        }
    }

    /** The other gateways of this JVM may fail in the background where the machine stalls. */
    private static List<String> traces(CapturedOutput output) {
        List<String> traces = new ArrayList<>();
        String entry = "";
        for (String line : output.getAll().lines().toList()) {
            if (ENTRY.matcher(line).find()) {
                entry = line;
            } else if (line.startsWith("\tat ") && !BACKGROUND.matcher(entry).find()) {
                traces.add(line + " of " + entry);
            }
        }
        return traces;
    }

    private String keyOfATenantWithoutCredits() {
        var operator = new Client(port, null);
        String[] token = {"Authorization", "Bearer " + ConsoleTest.TOKEN};
        operator.post("/admin/v1/tenants", "{\"name\":\"fuzzed\",\"budget\":{\"period\":\"MONTH\",\"limit\":0}}", token)
                .expect(201);
        return operator.post("/admin/v1/tenants/fuzzed/keys", "{\"name\":\"main\"}", token)
                .expect(201)
                .text("key");
    }

    private void send(int number, String key, AtomicIntegerArray statuses, Queue<String> faults) {
        var request = MutatedRequest.next(new SplittableRandom(SEED + number), key);
        String answer = exchange(request);
        for (int again = 0; again < 3 && answer.startsWith("HTTP/1.1 503"); again++) {
            answer = exchange(request); // the machine is busy; what is broken is so every time
        }
        if (answer.startsWith("HTTP/1.1 ")) {
            int status = Integer.parseInt(answer.substring(9, 12));
            statuses.incrementAndGet(status);
            if (status < 500) {
                return;
            }
        } else if (answer.isEmpty() || isWithoutHeaders(answer)) {
            return; // hung up on, or answered without headers: it was no HTTP, or of a version without them
        }
        faults.add("number " + number + ":\n" + request + "\nanswered with:\n" + answer);
    }

    /** A JSON body or a page, as HTTP 0.9 has it, which told of no failure. */
    private static boolean isWithoutHeaders(String answer) {
        return (answer.startsWith("{") || answer.startsWith("<")) && !answer.contains("internal_error");
    }

    /** The end of the request is the end of what is sent: nothing that is left open is waited for. */
    private String exchange(MutatedRequest request) {
        try (var socket = new Socket("localhost", port)) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            try {
                socket.getOutputStream().write(request.bytes());
                socket.shutdownOutput();
            } catch (SocketException refused) {
                // Refused before all of it was sent: the answer may be there.
            }
            return new String(socket.getInputStream().readNBytes(600), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        } catch (IOException unanswered) {
            return "no answer: " + unanswered;
        }
    }
}
