package io.klinggateway;

import java.util.List;
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

    @Override
    public void onApplicationEvent(ApplicationContextInitializedEvent event) {
        Environment environment = event.getApplicationContext().getEnvironment();
        List<String> sentences = SETTINGS.stream()
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
