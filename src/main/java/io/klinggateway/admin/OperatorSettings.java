package io.klinggateway.admin;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * The tokens that open the operators' API. Without any, there is no such API.
 *
 * @param token of the actor {@code operator}
 * @param tokens by the actor's name
 * @param publicApiDocs whether anyone may read the API's description; otherwise it takes a token, too
 */
@ConfigurationProperties("gateway.admin")
record OperatorSettings(
        @Nullable String token,
        @DefaultValue Map<String, String> tokens,
        @DefaultValue("false") boolean publicApiDocs) {

    private static final String ACTOR = "operator";

    /** What it holds is checked elsewhere: a report of a failed binding would show it. */
    OperatorSettings {
        Map<String, String> all = new HashMap<>(tokens);
        if (token != null) {
            all.put(ACTOR, token);
        }
        all.values().removeIf(secret -> !StringUtils.hasText(secret));
        tokens = Map.copyOf(all);
    }

    /** For decisions that are made before there are beans. */
    static boolean areOn(Environment environment) {
        return Binder.get(environment)
                .bind("gateway.admin", OperatorSettings.class)
                .map(settings -> !settings.tokens().isEmpty())
                .orElse(false);
    }

    @Override
    public String toString() {
        return "OperatorSettings[actors=" + tokens.keySet() + ", tokens=hidden, publicApiDocs=" + publicApiDocs + "]";
    }
}
