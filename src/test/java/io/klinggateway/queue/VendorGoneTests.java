package io.klinggateway.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.klinggateway.GatewayScenario;
import io.klinggateway.apiframe.VendorJobId;
import io.klinggateway.running.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A vendor that has been gone for a while: no caller waits for what will not be answered. */
class VendorGoneTests extends GatewayScenario {

    private static final int CALLERS = 40;
    private static final int LOOKED_AT = 20;
    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final VendorJobId NO_JOB = new VendorJobId(new UUID(0, 404));

    enum Absence {
        REFUSES,
        TAKES_CONNECTIONS_AND_IS_SILENT
    }

    private record Call(Answer answer, Duration took) {

        static Call of(Supplier<Answer> call) {
            long begun = System.nanoTime();
            Answer answer = call.get();
            return new Call(answer, Duration.ofNanos(System.nanoTime() - begun));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whileTheBreakerIsOpenEveryCallIsAnsweredAtOnce(Absence absence) throws Exception {
        vendorAnswers(accepted(UUID.randomUUID()));
        UUID known = generate(OWL).jobId();
        awaitState(known, "QUEUED");
        try (ServerSocket _ = leave(absence);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int read = 0; read < LOOKED_AT; read++) {
                threads.execute(() -> apiframe.read(NO_JOB, () -> true));
            }
            await().pollInterval(Duration.ofMillis(20)).atMost(SOON).until(() -> apiframe.room() == 0);

            Call upload = Call.of(this::upload);
            List<Future<Call>> calls = new ArrayList<>();
            for (int caller = 0; caller < CALLERS; caller++) {
                calls.add(threads.submit(() -> Call.of(() -> generate(OWL))));
            }
            Call read = Call.of(() -> job(known));

            assertThat(upload.answer().status()).isEqualTo(503);
            assertThat(upload.answer().code()).isEqualTo("upstream_unavailable");
            assertThat(upload.answer().header("Retry-After")).isEqualTo("5");
            assertThat(upload.took()).isLessThan(AT_ONCE);
            assertThat(read.answer().status()).isEqualTo(200);
            assertThat(read.took()).isLessThan(AT_ONCE);
            List<Duration> took = new ArrayList<>();
            for (Future<Call> call : calls) {
                assertThat(call.get().answer().status()).isEqualTo(202);
                took.add(call.get().took());
            }
            took.sort(null);
            assertThat(took.get(CALLERS * 95 / 100 - 1))
                    .as("95 of 100 of %s", took)
                    .isLessThan(AT_ONCE);
        }
    }

    private static @Nullable ServerSocket leave(Absence absence) throws IOException {
        int port = vendor.port();
        vendor.stop();
        return absence == Absence.REFUSES ? null : new ServerSocket(port, 500, InetAddress.getLoopbackAddress());
    }
}
