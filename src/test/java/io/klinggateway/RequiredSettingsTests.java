package io.klinggateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

@ExtendWith(OutputCaptureExtension.class)
class RequiredSettingsTests {

    private static final Map<String, Object> ALL = Map.of(
            "APIFRAME_API_KEY", "afk_test",
            "SPRING_DATASOURCE_URL", "jdbc:postgresql://localhost:1/none",
            "SPRING_DATASOURCE_USERNAME", "gateway",
            "SPRING_DATASOURCE_PASSWORD", "secret");

    @Test
    void everyMissingSettingIsNamedInASentenceOfItsOwn(CapturedOutput output) {
        var missing = catchThrowableOfType(RequiredSettings.MissingSettings.class, () -> start(Map.of()));

        assertThat(missing).isNotNull();
        for (var variable : ALL.keySet()) {
            assertThat(output.getAll().lines().filter(line -> line.contains(variable)))
                    .singleElement()
                    .asString()
                    .startsWith(variable + " is not set: it must hold ")
                    .endsWith(".");
        }
        assertThat(output.getAll()).doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "APIFRAME_API_KEY",
                "SPRING_DATASOURCE_URL",
                "SPRING_DATASOURCE_USERNAME",
                "SPRING_DATASOURCE_PASSWORD"
            })
    void anAbsentOrBlankSettingIsTheOnlyOneNamed(String variable) {
        for (var value : new String[] {null, "", " "}) {
            Map<String, Object> settings = new HashMap<>(ALL);
            if (value == null) {
                settings.remove(variable);
            } else {
                settings.put(variable, value);
            }

            var missing = catchThrowableOfType(RequiredSettings.MissingSettings.class, () -> start(settings));

            assertThat(missing).isNotNull();
            assertThat(missing.getMessage()).contains(variable + " is not set");
            assertThat(Stream.of(String.valueOf(missing.getMessage()).split(" ", -1))
                            .filter(word -> word.equals("set:")))
                    .hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GATEWAY_SIGN_IN_ISSUER", "GATEWAY_SIGN_IN_CLIENT_ID", "GATEWAY_SIGN_IN_CLIENT_SECRET"})
    void aSignInThatIsHalfSetNamesWhatIsMissing(String only) {
        Map<String, Object> settings = new HashMap<>(ALL);
        settings.put(only, "https://login.example.com");

        var missing = catchThrowableOfType(RequiredSettings.MissingSettings.class, () -> start(settings));

        assertThat(missing).isNotNull();
        assertThat(Stream.of("GATEWAY_SIGN_IN_ISSUER", "GATEWAY_SIGN_IN_CLIENT_ID", "GATEWAY_SIGN_IN_CLIENT_SECRET")
                        .filter(variable -> String.valueOf(missing.getMessage()).contains(variable + " is not set: ")))
                .hasSize(2)
                .doesNotContain(only);
    }

    /** A process whose environment has these variables and no others. */
    private static void start(Map<String, Object> variables) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().remove(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource("test", Map.of("spring.main.register-shutdown-hook", "false")));
        var application = new SpringApplication(KlingGatewayApplication.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setEnvironment(environment);
        application.addListeners(new RequiredSettings());
        application.run().close();
    }
}
