package io.klinggateway.admin;

import io.klinggateway.tenant.CidrBlock;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Networks in CIDR notation, of IPv4 or IPv6, or single addresses. The message names each entry that is not one. */
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = NetworkList.NetworkListCheck.class)
@interface NetworkList {

    int MOST = 50;

    String message() default "must be networks such as 10.20.0.0/16 or 2001:db8::/32";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class NetworkListCheck implements ConstraintValidator<NetworkList, List<String>> {

        private static final int LONGEST_SHOWN = 64;

        @Override
        public boolean isValid(@Nullable List<String> networks, ConstraintValidatorContext context) {
            if (networks == null) {
                return true;
            }
            context.disableDefaultConstraintViolation();
            boolean valid = true;
            if (networks.size() > MOST) {
                context.buildConstraintViolationWithTemplate("must be at most " + MOST)
                        .addConstraintViolation();
                valid = false;
            }
            for (String network : networks) {
                if (network == null || CidrBlock.parse(network).isEmpty()) {
                    context.buildConstraintViolationWithTemplate(
                                    context.getDefaultConstraintMessageTemplate() + ", not " + shown(network))
                            .addConstraintViolation();
                    valid = false;
                }
            }
            return valid;
        }

        /** Of what was found valid. */
        static List<CidrBlock> parse(@Nullable List<String> networks) {
            return networks == null
                    ? List.of()
                    : networks.stream()
                            .map(text -> CidrBlock.parse(text).orElseThrow())
                            .distinct()
                            .toList();
        }

        /** A message is a template: nothing of what a caller wrote may be read as a part of one. */
        private static String shown(@Nullable String text) {
            String whole = String.valueOf(text);
            return whole.substring(0, Math.min(whole.length(), LONGEST_SHOWN)).replaceAll("[^0-9A-Za-z.:/_-]", "?");
        }
    }
}
