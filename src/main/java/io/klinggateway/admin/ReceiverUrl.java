package io.klinggateway.admin;

import io.klinggateway.webhook.WebhookUrlPolicy;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A URL that a request could name as its webhook, by the same rules. The rule that it breaks is named. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ReceiverUrl.ReceiverUrlCheck.class)
@interface ReceiverUrl {

    String message() default "must be an absolute http or https URL";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class ReceiverUrlCheck implements ConstraintValidator<ReceiverUrl, String> {

        private final WebhookUrlPolicy policy;

        ReceiverUrlCheck(WebhookUrlPolicy policy) {
            this.policy = policy;
        }

        @Override
        public boolean isValid(@Nullable String url, ConstraintValidatorContext context) {
            Optional<String> broken = url == null ? Optional.empty() : policy.brokenRule(url);
            broken.ifPresent(rule -> {
                context.disableDefaultConstraintViolation();
                context.buildConstraintViolationWithTemplate(rule).addConstraintViolation();
            });
            return broken.isEmpty();
        }
    }
}
