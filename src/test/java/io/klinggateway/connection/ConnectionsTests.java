package io.klinggateway.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.database.TestDatabase;
import io.klinggateway.harness.Ports;
import io.klinggateway.running.Client;
import io.klinggateway.running.Replica;
import io.klinggateway.running.RunningGateway;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A replica with room for few connections and few bodies, and callers that take it away. */
@Timeout(60)
class ConnectionsTests {

    private static final int PORT = Ports.free();
    private static final String LARGE = " ".repeat(60_000);
    private static final String FOX = "{\"prompt\": \"a fox\", \"model\": \"kling-image\"}";

    private static final String FORM =
            "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n";
    private static final String NOWHERE = "HEAD /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String JSON = "\r\nContent-Type: application/json\r\nContent-Length: 60000\r\n\r\n";

    private static Replica replica;

    private final List<Socket> open = new ArrayList<>();
    private final Client client = new Client(PORT, RunningGateway.KEY);

    @BeforeAll
    static void start() {
        replica = Replica.start(RunningGateway.settings(TestDatabase.migrated(), PORT)
                .with("gateway.public-url", "")
                .with("gateway.connections.most", 40)
                .with("server.tomcat.connection-timeout", "1s")
                .with("gateway.http.body-timeout", "1s")
                .with("gateway.http.bodies-at-once", "256KB"));
    }

    @AfterAll
    static void stop() {
        replica.close();
    }

    /** Until what the next test's calls need is free again. */
    @AfterEach
    void hangUp() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        await().ignoreExceptions()
                .atMost(Duration.ofSeconds(20))
                .until(() -> post(client, "/v2/images/quote", "{}") == 400);
    }

    @Test
    void silentCallersMakeRoomForThoseThatSpeak() throws IOException {
        for (int silent = 0; silent < 100; silent++) {
            open.add(new Socket("localhost", PORT));
        }

        for (int call = 0; call < 5; call++) {
            long begun = System.nanoTime();
            assertThat(new Client(PORT, RunningGateway.OTHER_KEY)
                            .get("/v2/me", "X-Call", Integer.toString(call))
                            .status())
                    .isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        }
    }

    /** A proxy's connections, which it takes up again when its next caller comes. */
    @Test
    void whoHasSpokenIsKeptWhileOthersNeverSpeak() throws Exception {
        List<Socket> spoken = new ArrayList<>();
        for (int proxied = 0; proxied < 10; proxied++) {
            spoken.add(send(NOWHERE));
        }
        for (Socket socket : spoken) {
            assertThat(status(socket)).isEqualTo("HTTP/1.1 404");
        }
        for (int silent = 0; silent < 100; silent++) {
            open.add(new Socket("localhost", PORT));
        }

        TimeUnit.SECONDS.sleep(3); // what is silent is closed after one

        for (Socket socket : spoken) {
            socket.getOutputStream().write(NOWHERE.getBytes(StandardCharsets.US_ASCII));
            assertThat(status(socket)).isEqualTo("HTTP/1.1 404");
        }
    }

    /** A byte now and then keeps every timeout from passing that is of one read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v2/me HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
                "POST /callbacks/apiframe/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n",
                "POST /console/sign-in HTTP/1.1\r\nHost: localhost" + FORM + "secret=",
                "POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + RunningGateway.KEY + JSON,
                "POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: wrong" + JSON,
                "GET /v2/me HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + RunningGateway.KEY + JSON,
            })
    void whoTricklesIsHungUpOn(String begin) throws IOException {
        Socket socket = send(begin);

        await().pollInterval(Duration.ofMillis(100))
                .atMost(Duration.ofSeconds(20))
                .until(() -> isHungUpOn(socket));
    }

    @Test
    void aCallbackThatNobodyExpectsIsRefusedBeforeItsBodyIsRead() throws IOException {
        Socket socket = send("POST /callbacks/apiframe/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n");

        socket.setSoTimeout(10_000);
        assertThat(status(socket)).isEqualTo("HTTP/1.1 404");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\nX-API-Key: wrong", "\r\nAuthorization: Bearer wrong"})
    void bodiesOfStrangersThatDoNotComeKeepNobodyElseOut(String header) throws IOException {
        String stalled = "POST /console/sign-in HTTP/1.1\r\nHost: localhost" + header + FORM + "secret=";
        for (int caller = 0; caller < 5; caller++) {
            send(stalled);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> open.stream().anyMatch(caller -> isRefused(caller, 503)));

        assertThat(post(client, "/v2/images/generate", FOX + LARGE)).isEqualTo(202);
        assertThat(post(new Client(PORT, null), "/callbacks/apiframe/x", "{\"a\":1}"))
                .isEqualTo(404);
        await().ignoreExceptions()
                .atMost(Duration.ofSeconds(20))
                .until(() -> new Client(PORT, null)
                                .send(
                                        "POST",
                                        "/console/sign-in",
                                        BodyPublishers.ofString("secret=x"),
                                        "Content-Type",
                                        "application/x-www-form-urlencoded")
                                .status()
                        == 403); // without its form's token; it was read
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aFormThatStopsToComeIsNoFailureOfTheGateway(CapturedOutput log) throws IOException {
        Socket socket = send("POST /console/sign-in HTTP/1.1\r\nHost: localhost" + FORM + "secret=");

        socket.setSoTimeout(10_000);
        assertThat(status(socket)).isEqualTo("HTTP/1.1 400");
        assertThat(log).contains("/console/sign-in: 400").doesNotContain("request failed");
    }

    @Test
    void bodiesOfOneTeamThatDoNotComeKeepNoOtherTeamOut() throws IOException {
        for (int caller = 0; caller < 20; caller++) {
            send("POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + RunningGateway.KEY + JSON);
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> open.stream().anyMatch(caller -> isRefused(caller, 429)));

        assertThat(new Client(PORT, RunningGateway.OTHER_KEY)
                        .post("/v2/images/generate", FOX)
                        .status())
                .isEqualTo(202);
    }

    /** Nobody knows how long it will be. A team has room for four small ones here, or for one of the largest. */
    @Test
    void aBodyInChunksTakesNoMoreRoomThanItHasSent() throws IOException {
        for (int stalled = 0; stalled < 3; stalled++) {
            send("POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + RunningGateway.KEY
                    + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");
        }

        assertThat(post(client, "/v2/images/generate", FOX)).isEqualTo(202);
    }

    @Test
    void whoseBodyWasRefusedUnreadGoesOnWithTheSameConnection() throws IOException {
        for (String body : List.of(
                "Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")) {
            Socket socket = send("POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nX-API-Key: wrong\r\n" + body);
            assertThat(status(socket)).isEqualTo("HTTP/1.1 401");

            socket.getOutputStream().write(NOWHERE.getBytes(StandardCharsets.US_ASCII));

            assertThat(status(socket)).isEqualTo("HTTP/1.1 404");
        }
    }

    @Test
    void aBodyThatIsRefusedUnreadIsAnsweredWhereItIsSentWhole() throws IOException {
        Socket socket = send("POST /v2/images/generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
                + "\r\nContent-Length: 900000\r\n\r\n" + LARGE.repeat(15));

        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 413")
                .contains("body_too_large");
    }

    @Test
    void whoAsksBeforeSendingABodyThatNobodyWantsIsRefusedAndNotToldToGoOn() throws IOException {
        Socket socket = send("POST /callbacks/apiframe/x HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue"
                + "\r\nContent-Length: 60000\r\n\r\n");

        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .startsWith("HTTP/1.1 404");
    }

    /** Anew where a stall took the second that its body has: that is a 400, and for want of room it is a 503. */
    private static int post(Client client, String path, String body) {
        return Stream.generate(() -> client.post(path, body).status())
                .limit(5)
                .filter(status -> status != 400)
                .findFirst()
                .orElse(400);
    }

    private Socket send(String text) throws IOException {
        Socket socket = new Socket("localhost", PORT);
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        open.add(socket);
        return socket;
    }

    private static String status(Socket socket) throws IOException {
        byte[] answer = new byte[2048];
        int length = socket.getInputStream().read(answer);
        return new String(answer, 0, Math.max(0, Math.min(12, length)), StandardCharsets.US_ASCII);
    }

    private static boolean isRefused(Socket socket, int status) {
        try {
            socket.setSoTimeout(20);
            return status(socket).equals("HTTP/1.1 " + status);
        } catch (IOException notAnswered) {
            return false;
        }
    }

    private static boolean isHungUpOn(Socket socket) throws IOException {
        try {
            socket.getOutputStream().write('x');
            socket.setSoTimeout(1);
            while (socket.getInputStream().read() >= 0) {}
            return true;
        } catch (SocketException reset) {
            return true;
        } catch (java.net.SocketTimeoutException stillThere) {
            return false;
        }
    }
}
