package io.klinggateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.klinggateway.simulator.MovableClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class ErrorLogTests {

    private final MovableClock clock = new MovableClock();
    private final ErrorLog log = new ErrorLog(clock);

    @Test
    void aFloodOfOneCallerIsAFewLinesAndHidesNobodyElses(CapturedOutput output) {
        for (int i = 0; i < ErrorLog.BURST + 50; i++) {
            log.write(Problem.invalid("n", "must be 1"), "flooding");
        }
        log.write(Problem.invalid("n", "must be 2"), "other");

        assertThat(lines(output, "must be 1")).hasSize(ErrorLog.BURST);
        assertThat(lines(output, "must be 2")).hasSize(1);

        clock.advance(ErrorLog.PAUSE);
        log.write(Problem.invalid("n", "must be 3"), "flooding");
        log.write(Problem.invalid("n", "must be 4"), "flooding");

        assertThat(lines(output, "must be 3 (and 50 before it that are not logged)"))
                .hasSize(1);
        assertThat(lines(output, "must be 4")).isEmpty();

        clock.advance(Duration.ofHours(1));
        for (int i = 0; i < ErrorLog.BURST + 50; i++) {
            log.write(Problem.invalid("n", "must be 5"), "flooding");
        }

        assertThat(lines(output, "must be 5")).hasSize(ErrorLog.BURST);
    }

    @Test
    void wordsOfTheVendorsAreNotLogged(CapturedOutput output) {
        log.write(
                Problem.of(ProblemCode.VALIDATION_FAILED, "no foxes like 'a secret fox'")
                        .withDetails(Map.of("prompt", List.of("has a secret fox"))),
                "team");

        assertThat(lines(output, "refused: 400 validation_failed: by the vendor"))
                .hasSize(1);
        assertThat(output).doesNotContain("secret");
    }

    @Test
    void callersThatHangUpAreNoLongerLog(CapturedOutput output) {
        for (int i = 0; i < ErrorLog.BURST + 50; i++) {
            log.writeHangUp("hasty");
        }

        assertThat(lines(output, "hung up")).hasSize(ErrorLog.BURST);

        clock.advance(ErrorLog.PAUSE);
        log.writeHangUp("hasty");

        assertThat(lines(output, "not answered, the caller has hung up (and 50 before it that are not logged)"))
                .hasSize(1);
    }

    private static List<String> lines(CapturedOutput output, String text) {
        return output.getAll().lines().filter(line -> line.contains(text)).toList();
    }
}
