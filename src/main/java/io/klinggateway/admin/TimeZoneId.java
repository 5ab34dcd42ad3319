package io.klinggateway.admin;

import io.klinggateway.support.Zones;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/** A region such as {@code Europe/Berlin}, which PostgreSQL knows as well as Java. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = TimeZoneId.TimeZoneIdCheck.class)
@interface TimeZoneId {

    String message() default Zones.RULE;

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class TimeZoneIdCheck implements ConstraintValidator<TimeZoneId, String> {

        @Override
        public boolean isValid(@Nullable String zone, ConstraintValidatorContext context) {
            return zone == null || Zones.parse(zone).isPresent();
        }
    }
}
