package io.klinggateway.admin;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.ZoneId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A region such as {@code Europe/Berlin}, which PostgreSQL knows as well as Java. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = TimeZoneId.TimeZoneIdCheck.class)
@interface TimeZoneId {

    String message() default "must be a region id such as Europe/Berlin";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class TimeZoneIdCheck implements ConstraintValidator<TimeZoneId, String> {

        private static final Set<String> KNOWN = ZoneId.getAvailableZoneIds();

        /** PostgreSQL does not know Java's {@code SystemV} zones. */
        @Override
        public boolean isValid(@Nullable String zone, ConstraintValidatorContext context) {
            return zone == null || (KNOWN.contains(zone) && !zone.startsWith("SystemV/"));
        }
    }
}
