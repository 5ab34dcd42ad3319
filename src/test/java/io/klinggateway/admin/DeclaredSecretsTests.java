package io.klinggateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.database.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A start that fails over a setting says which one, and not what secret it held. */
@ExtendWith(OutputCaptureExtension.class)
class DeclaredSecretsTests {

    private static final String SECRET = "kg_pasted_the_key_itself_0123456789";

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void aKeyGivenInThePlaceOfItsDigestIsNotShown(CapturedOutput output) {
        Throwable failure = start(
                "apiframe.api-key=afk_none",
                "gateway.tenants[0].name=acme",
                "gateway.tenants[0].budget.period=MONTH",
                "gateway.tenants[0].budget.limit=100",
                "gateway.tenants[0].keys[0].name=main",
                "gateway.tenants[0].keys[0].sha256=" + SECRET);

        assertThat(failure).isNotNull();
        assertThat(output).contains("sha256").contains("main").contains("acme").doesNotContain(SECRET);
    }

    @Test
    void aDefaultWebhookThatIsRefusedIsNotShown(CapturedOutput output) {
        Throwable failure = start(
                "apiframe.api-key=afk_none",
                "gateway.tenants[0].name=acme",
                "gateway.tenants[0].budget.period=MONTH",
                "gateway.tenants[0].budget.limit=100",
                "gateway.tenants[0].default-webhook.url=https://bob:hunter2@hooks.example/x");

        assertThat(failure).isNotNull();
        assertThat(output)
                .contains("acme", "default webhook", "must not carry a user name or password")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "apiframe.base-url=https://vendor.example?region=eu",
                "apiframe.response-timeout=0s",
                "gateway.tracking.interval=0s",
                "apiframe.api-key=afk secret\u00e4 hunter2",
            })
    void aSettingThatCannotWorkStopsTheStart(String setting, CapturedOutput output) {
        Throwable failure = start("apiframe.api-key=afk_hunter2", setting);

        assertThat(failure).isNotNull();
        assertThat(output.getOut() + output.getErr()).doesNotContain("hunter2");
    }

    private Throwable start(String... settings) {
        List<String> arguments = new ArrayList<>();
        for (String setting : settings) {
            arguments.add("--" + setting);
        }
        arguments.addAll(List.of(
                "--spring.datasource.url=" + database.url(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password(),
                "--server.port=0",
                "--management.server.port=0"));
        return catchThrowable(
                () -> SpringApplication.run(KlingGatewayApplication.class, arguments.toArray(String[]::new))
                        .close());
    }
}
