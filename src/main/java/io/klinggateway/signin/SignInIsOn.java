package io.klinggateway.signin;

import java.util.List;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** Whether there is single sign-on. */
public final class SignInIsOn implements Condition {

    private static final List<String> REQUIRED = List.of("issuer", "client-id", "client-secret");

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return in(context.getEnvironment());
    }

    /** For decisions that are made before there are beans. */
    public static boolean in(Environment environment) {
        return REQUIRED.stream()
                .allMatch(name -> StringUtils.hasText(environment.getProperty(SignInSettings.PREFIX + "." + name)));
    }
}
