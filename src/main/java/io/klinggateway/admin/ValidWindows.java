package io.klinggateway.admin;

import io.klinggateway.ledger.PeriodKind;
import jakarta.validation.Constraint;
import jakarta.validation.ConstraintValidator;
import jakarta.validation.ConstraintValidatorContext;
import jakarta.validation.ConstraintValidatorContext.ConstraintViolationBuilder;
import jakarta.validation.Payload;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The windows of a budget fit together. Each fault is named by the property that is to be changed. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Constraint(validatedBy = ValidWindows.ValidWindowsCheck.class)
@interface ValidWindows {

    /** Whether it is a key's own budget: it lies inside its tenant's, so it may leave more open. */
    boolean ofKey() default false;

    String message() default "is not a valid budget";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};

    final class ValidWindowsCheck implements ConstraintValidator<ValidWindows, StatedWindows> {

        private static final int MOST = 8;

        private boolean ofKey;

        @Override
        public void initialize(ValidWindows constraint) {
            ofKey = constraint.ofKey();
        }

        @Override
        public boolean isValid(@Nullable StatedWindows stated, ConstraintValidatorContext context) {
            if (stated == null) {
                return true;
            }
            context.disableDefaultConstraintViolation();
            Faults faults = new Faults(context);
            List<WindowTerms> windows = stated.windows();
            if (windows == null) {
                checkSingle(stated, faults);
            } else {
                checkSeveral(stated, windows, faults);
            }
            return faults.none;
        }

        private void checkSingle(StatedWindows stated, Faults faults) {
            if (stated.period() == null && !ofKey) {
                faults.add("period", WindowTerms.PERIOD_RULE);
            }
            if (stated.limit() == null) {
                faults.add("limit", "is required");
            }
        }

        private void checkSeveral(StatedWindows stated, List<WindowTerms> windows, Faults faults) {
            if (stated.period() != null) {
                faults.add("period", "must not be given beside windows");
            }
            if (stated.limit() != null) {
                faults.add("limit", "must not be given beside windows");
            }
            if (windows.isEmpty() || windows.size() > MOST) {
                faults.add("windows", "must be 1 to " + MOST);
            } else if (!ofKey && windows.stream().allMatch(window -> window == null || window.limit() == null)) {
                faults.add("windows", "must have one with a limit");
            }
            Set<List<Object>> begins = new HashSet<>();
            for (int place = 0; place < windows.size(); place++) {
                WindowTerms window = windows.get(place);
                PeriodKind period = window == null ? null : window.period();
                if (period == null) {
                    continue; // said by the constraints of the list and of the window
                }
                if (window.firstDayOrFirst() < 1 || window.firstDayOrFirst() > period.lastFirstDay()) {
                    faults.add(
                            place,
                            "firstDay",
                            period.lastFirstDay() == 1
                                    ? "must be 1 or absent in a " + period
                                    : "must be from 1 to " + period.lastFirstDay() + " in a " + period + ", not "
                                            + window.firstDay());
                } else if (!begins.add(List.of(period, window.firstDayOrFirst()))) {
                    faults.add(place, "period", "must not be there twice: " + period);
                }
                if (window.limit() == null && window.shadowLimit() == null) {
                    faults.add(place, "limit", "is required, or shadowLimit");
                }
            }
        }

        private static final class Faults {

            private final ConstraintValidatorContext context;
            private boolean none = true;

            Faults(ConstraintValidatorContext context) {
                this.context = context;
            }

            void add(String property, String message) {
                none = false;
                builder(message).addPropertyNode(property).addConstraintViolation();
            }

            void add(int place, String property, String message) {
                none = false;
                builder(message)
                        .addPropertyNode("windows")
                        .addPropertyNode(property)
                        .inIterable()
                        .atIndex(place)
                        .addConstraintViolation();
            }

            private ConstraintViolationBuilder builder(String message) {
                return context.buildConstraintViolationWithTemplate(message);
            }
        }
    }
}
