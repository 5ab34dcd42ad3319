package io.klinggateway.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.klinggateway.harness.NetworkFault.Break;
import io.klinggateway.harness.NetworkFault.Direction;
import io.klinggateway.harness.NetworkFault.Refuse;
import io.klinggateway.harness.NetworkFault.Slice;
import io.klinggateway.harness.NetworkFault.Stall;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTests {

    private static final int PATIENCE_MILLIS = 5000;
    private static final int IMPATIENCE_MILLIS = 200;

    private ServerSocket server;
    private FaultProxy proxy;
    private Socket client;

    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        proxy = new FaultProxy(server.getLocalPort());
        client = connect();
        Thread.ofVirtual().start(this::echo);
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private void echo() {
        try (var accepted = server.accept()) {
            accepted.getInputStream().transferTo(accepted.getOutputStream());
        } catch (IOException over) {
            // the test looks at its own end
        }
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        proxy.close();
        server.close();
    }

    private void say(String words) throws IOException {
        client.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    }

    private String hear(int bytes) throws IOException {
        return new String(client.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
    }

    @Test
    void passesOnWhatIsSaid() throws IOException {
        say("hello");

        assertThat(hear(5)).isEqualTo("hello");
    }

    @Test
    void cutsTheAnswerAfterSoManyBytes() throws IOException {
        proxy.arm(new Break(Direction.TO_CLIENT, 3, false, 1));

        say("hello");

        assertThat(hear(5)).isEqualTo("hel");
        assertThat(proxy.isSpent()).isTrue();
    }

    @Test
    void resetsTheConnection() {
        proxy.arm(new Break(Direction.TO_SERVER, 0, true, 1));

        assertThatThrownBy(() -> {
                    say("hello");
                    hear(5);
                })
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("reset");
    }

    @Test
    void holdsEverythingBackUntilItIsHealed() throws IOException {
        proxy.arm(new Stall(Direction.TO_CLIENT));
        say("hello");
        client.setSoTimeout(IMPATIENCE_MILLIS);
        assertThatThrownBy(() -> hear(1)).isInstanceOf(SocketTimeoutException.class);

        proxy.heal();

        client.setSoTimeout(PATIENCE_MILLIS);
        assertThat(hear(5)).isEqualTo("hello");
    }

    @Test
    void losesNothingInSlices() throws IOException {
        proxy.arm(new Slice(Direction.TO_SERVER));
        var words = "0123456789".repeat(100);

        say(words);

        assertThat(hear(words.length())).isEqualTo(words);
    }

    @Test
    void refusesConnectionsUntilItIsHealed() throws IOException {
        proxy.arm(new Refuse());
        // The system closes a listener once the thread that waits at it has let go.
        await().untilAsserted(() -> assertThatThrownBy(() -> connect().close()).isInstanceOf(ConnectException.class));

        proxy.heal();

        try (var another = connect()) {
            assertThat(another.isConnected()).isTrue();
        }
    }

    @Test
    void actsWhenWordsPassAndBeforeTheyArrive() throws IOException {
        var events = new ArrayList<String>();
        var seen = proxy.watch(Direction.TO_SERVER, "COMMIT", true, () -> events.add("seen"));

        say("BEGIN");
        assertThat(hear(5)).isEqualTo("BEGIN");
        assertThat(seen).isNotDone();
        say("COMMIT");
        assertThat(hear(6)).isEqualTo("COMMIT");

        assertThat(events).containsExactly("seen");
        assertThat(seen).isCompletedWithValue(true);
    }
}
