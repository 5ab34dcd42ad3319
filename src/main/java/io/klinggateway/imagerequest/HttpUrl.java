package io.klinggateway.imagerequest;

import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.InvalidUrlException;
import org.springframework.web.util.UriComponents;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * An absolute http or https URL. Read as the URL standard of browsers and Node.js reads it, since the vendor does:
 * an unescaped space or umlaut in the path is no fault.
 */
@Target({ElementType.FIELD, ElementType.TYPE_USE})
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = HttpUrl.Validator.class)
@interface HttpUrl {

    String message() default "must be an absolute http or https URL";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    /** Decides by Spring's implementation of the URL standard. */
    class Validator implements ConstraintValidator<HttpUrl, String> {

        private static final Pattern HTTP = Pattern.compile("(?i)https?://.*", Pattern.DOTALL);

        @Override
        public boolean isValid(@Nullable String value, ConstraintValidatorContext context) {
            return value == null || isHttpUrl(value);
        }

        private static boolean isHttpUrl(String value) {
            // PostgreSQL stores no NUL characters.
            if (!HTTP.matcher(value).matches() || value.indexOf('\0') >= 0) {
                return false;
            }
            try {
                UriComponents url = UriComponentsBuilder.fromUriString(value, UriComponentsBuilder.ParserType.WHAT_WG)
                        .build();
                String host = url.getHost();
                return host != null && !host.isEmpty();
            } catch (InvalidUrlException invalid) {
                return false;
            }
        }
    }
}
