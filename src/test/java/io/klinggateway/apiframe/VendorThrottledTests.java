package io.klinggateway.apiframe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static io.klinggateway.apiframe.VendorClients.JOB;
import static io.klinggateway.apiframe.VendorClients.settings;
import static io.klinggateway.apiframe.VendorClients.submit;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import io.klinggateway.apiframe.SubmitOutcome.Throttled;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The vendor's rate limit is told to whoever keeps the account's rate, whatever call met it. */
class VendorThrottledTests extends VendorScenario {

    private final List<Object> told = new ArrayList<>();
    private final Apiframe apiframe = VendorClients.apiframe(settings(vendor.baseUrl()), Clock.systemUTC(), told::add);

    enum Call {
        SUBMIT,
        READ,
        LIST,
        ACCOUNT;

        void make(Apiframe apiframe) {
            Object _ = switch (this) {
                case SUBMIT -> submit(apiframe);
                case READ -> apiframe.read(new VendorJobId(UUID.fromString(JOB)), () -> true);
                case LIST -> apiframe.list(null);
                case ACCOUNT -> apiframe.account();
            };
        }
    }

    @ParameterizedTest
    @EnumSource(Call.class)
    void thePauseThatTheVendorAsksForIsTold(Call call) {
        answer(aResponse().withStatus(429).withHeader("Retry-After", "600"));

        call.make(apiframe);

        assertThat(told).containsExactly(new VendorThrottled(Duration.ofMinutes(10)));
    }

    @ParameterizedTest
    @EnumSource(Call.class)
    void withoutRetryAfterThePauseIsAMoment(Call call) {
        answer(aResponse().withStatus(429));

        call.make(apiframe);

        assertThat(told).containsExactly(new VendorThrottled(Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 400, 401, 404, 500, 503})
    void noOtherAnswerIsARateLimit(int status) {
        answer(aResponse().withStatus(status).withHeader("Retry-After", "600"));

        for (Call call : Call.values()) {
            call.make(apiframe);
        }

        assertThat(told).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Call.class)
    void aRateLimitWhoseBodyBreaksOffIsNone(Call call) {
        answer(aResponse().withStatus(429).withFault(Fault.MALFORMED_RESPONSE_CHUNK));

        call.make(apiframe);

        assertThat(told).isEmpty();
    }

    /** Who keeps the rate decides when the next call is made, not the client. */
    @ParameterizedTest
    @EnumSource(Call.class)
    void theClientItselfGoesOnCalling(Call call) {
        answer(aResponse().withStatus(429).withHeader("Retry-After", "600"));

        call.make(apiframe);
        call.make(apiframe);

        assertThat(vendor.getAllServeEvents()).hasSize(2);
        assertThat(submit(apiframe)).isEqualTo(new Throttled(Duration.ofMinutes(10)));
        assertThat(told).hasSize(3);
    }

    private static void answer(ResponseDefinitionBuilder answer) {
        vendor.stubFor(any(anyUrl()).willReturn(answer));
    }
}
