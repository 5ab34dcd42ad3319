package io.klinggateway.console;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The console's settings.
 *
 * @param enabled whether there is anything at {@code /console}
 * @param idleTimeout after how long without a request a session ends
 * @param sessionTimeout after how long it ends in any case
 */
@ConfigurationProperties("gateway.console")
record ConsoleSettings(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("30m") Duration idleTimeout,
        @DefaultValue("12h") Duration sessionTimeout) {

    ConsoleSettings {
        if (idleTimeout.toSeconds() < 1 || sessionTimeout.toSeconds() < 1) {
            throw new IllegalArgumentException(
                    "gateway.console.idle-timeout and gateway.console.session-timeout must be at least 1s");
        }
    }
}
