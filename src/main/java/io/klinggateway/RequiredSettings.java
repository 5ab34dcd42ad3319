package io.klinggateway;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/** Stops the start if a setting is missing that has no sound default, with one sentence for each. */
final class RequiredSettings implements ApplicationListener<ApplicationContextInitializedEvent> {

    private record Setting(String variable, String property, String purpose) {

        boolean isMissingIn(Environment environment) {
            return !StringUtils.hasText(environment.getProperty(property));
        }

        String sentence() {
            return variable + " is not set: it must hold " + purpose + ".";
        }
    }

    private static final List<Setting> SETTINGS = List.of(
            new Setting("APIFRAME_API_KEY", "apiframe.api-key", "the company's key for the vendor's API"),
            new Setting(
                    "SPRING_DATASOURCE_URL",
                    "spring.datasource.url",
                    "the JDBC URL of the PostgreSQL database, such as jdbc:postgresql://db:5432/gateway"),
            new Setting("SPRING_DATASOURCE_USERNAME", "spring.datasource.username", "the database user's name"),
            new Setting("SPRING_DATASOURCE_PASSWORD", "spring.datasource.password", "the database user's password"));

    /** All or none. */
    private static final List<Setting> SIGN_IN = List.of(
            new Setting("GATEWAY_SIGN_IN_ISSUER", "gateway.sign-in.issuer", "the identity provider's issuer URL"),
            new Setting(
                    "GATEWAY_SIGN_IN_CLIENT_ID",
                    "gateway.sign-in.client-id",
                    "the gateway's id at the identity provider"),
            new Setting(
                    "GATEWAY_SIGN_IN_CLIENT_SECRET",
                    "gateway.sign-in.client-secret",
                    "the gateway's secret at the identity provider"));

    @Override
    public void onApplicationEvent(ApplicationContextInitializedEvent event) {
        Environment environment = event.getApplicationContext().getEnvironment();
        boolean signIn = SIGN_IN.stream().anyMatch(setting -> !setting.isMissingIn(environment));
        List<String> sentences = Stream.concat(SETTINGS.stream(), signIn ? SIGN_IN.stream() : Stream.empty())
                .filter(setting -> setting.isMissingIn(environment))
                .map(Setting::sentence)
                .toList();
        if (!sentences.isEmpty()) {
            throw new MissingSettings(sentences);
        }
    }

    static final class MissingSettings extends RuntimeException {

        private final List<String> sentences;

        MissingSettings(List<String> sentences) {
            super(String.join(" ", sentences));
            this.sentences = sentences;
        }
    }

    /** Prints the sentences in the place of a stack trace. */
    static final class Analyzer extends AbstractFailureAnalyzer<MissingSettings> {

        @Override
        protected FailureAnalysis analyze(Throwable root, MissingSettings missing) {
            return new FailureAnalysis(
                    String.join(System.lineSeparator(), missing.sentences),
                    "Set what is named above, as environment variables or as mounted files.",
                    missing);
        }
    }
}
