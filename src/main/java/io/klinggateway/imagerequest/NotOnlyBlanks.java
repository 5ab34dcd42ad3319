package io.klinggateway.imagerequest;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.jspecify.annotations.Nullable;

/** A text with something to see in it, or an empty one. The vendor takes blanks, and charges for the images of nothing. */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = NotOnlyBlanks.BlanksValidator.class)
@interface NotOnlyBlanks {

    String message() default "must not be blank";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Decides by Unicode: no-break spaces and characters without a width are blanks, too. */
    class BlanksValidator implements ConstraintValidator<NotOnlyBlanks, String> {

        @Override
        public boolean isValid(@Nullable String value, ConstraintValidatorContext context) {
            return value == null || value.isEmpty() || !value.codePoints().allMatch(BlanksValidator::isBlank);
        }

        private static boolean isBlank(int character) {
            return Character.isWhitespace(character)
                    || Character.isSpaceChar(character)
                    || Character.isISOControl(character)
                    || Character.getType(character) == Character.FORMAT;
        }
    }
}
