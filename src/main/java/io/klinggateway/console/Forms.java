package io.klinggateway.console;

import io.klinggateway.admin.DefaultWebhookTerms.AfterBinding;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import jakarta.validation.groups.Default;
import java.beans.PropertyEditorSupport;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.TypeMismatchException;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.ResolvableType;
import org.springframework.stereotype.Component;
import org.springframework.validation.DataBinder;
import org.springframework.validation.FieldError;
import org.springframework.validation.SmartValidator;

/**
 * Binds a form's fields to the terms that the operators' API takes, by the same rules. A field is named by the path of the
 * property that it fills, such as {@code budget.limit}; an empty field is left out.
 */
@Component
class Forms {

    /** A comma parts thousands and nothing else: 1,5 is not 15. */
    private static final Pattern WHOLE_NUMBER = Pattern.compile("-?(\\d{1,18}|\\d{1,3}(,\\d{3}){1,5})");

    private static final LocalTime LAST_SECOND = LocalTime.of(23, 59, 59);

    private final SmartValidator validator;

    Forms(SmartValidator validator) {
        this.validator = validator;
    }

    /** @throws ProblemException if the form is not a valid one of the type; its details are named by the form's fields */
    <T> T bind(Map<String, String> form, Class<T> type) {
        DataBinder binder = new DataBinder(null);
        binder.setTargetType(ResolvableType.forClass(type));
        binder.registerCustomEditor(Long.class, new Editor(Forms::wholeNumber));
        binder.registerCustomEditor(Integer.class, new Editor(Forms::smallNumber));
        binder.registerCustomEditor(Instant.class, new Editor(Forms::endOfDay));
        binder.registerCustomEditor(List.class, new Editor(Forms::texts));
        binder.registerCustomEditor(UUID.class, new Editor(Forms::id));
        binder.construct(new Fields(form));
        refuseFaults(binder);
        binder.addValidators(validator);
        binder.validate(Default.class, AfterBinding.class);
        refuseFaults(binder);
        return type.cast(Objects.requireNonNull(binder.getTarget()));
    }

    /** Reads a field's text. Not a converter: after one that fails, Spring tries its own, which takes 0x10 for a number. */
    private static final class Editor extends PropertyEditorSupport {

        private final Function<String, Object> reader;

        Editor(Function<String, Object> reader) {
            this.reader = reader;
        }

        @Override
        public void setAsText(String text) {
            setValue(reader.apply(text));
        }
    }

    private record Fields(Map<String, String> form) implements DataBinder.ValueResolver {

        @Override
        public @Nullable Object resolveValue(String name, Class<?> type) {
            String text = form.getOrDefault(name, "").strip();
            return text.isEmpty() ? null : text;
        }

        @Override
        public Set<String> getNames() {
            return form.entrySet().stream()
                    .filter(field -> !field.getValue().isBlank())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
        }
    }

    private static void refuseFaults(DataBinder binder) {
        Map<String, List<String>> faults = binder.getBindingResult().getFieldErrors().stream()
                .collect(Collectors.groupingBy(
                        FieldError::getField, TreeMap::new, Collectors.mapping(Forms::message, Collectors.toList())));
        if (!faults.isEmpty()) {
            throw new ProblemException(Problem.invalid(faults));
        }
    }

    private static String message(FieldError fault) {
        if (!fault.contains(TypeMismatchException.class)) {
            return String.valueOf(fault.getDefaultMessage());
        }
        TypeMismatchException mismatch = fault.unwrap(TypeMismatchException.class);
        Class<?> type = mismatch.getRequiredType();
        return type != null && type.isEnum()
                ? "must be one of "
                        + Arrays.stream(type.getEnumConstants())
                                .map(Object::toString)
                                .collect(Collectors.joining(", "))
                : String.valueOf(
                        NestedExceptionUtils.getMostSpecificCause(mismatch).getMessage());
    }

    private static Long wholeNumber(String text) {
        if (!WHOLE_NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException("must be a whole number");
        }
        return Long.valueOf(text.replace(",", ""));
    }

    private static Integer smallNumber(String text) {
        long number = wholeNumber(text);
        if (number != (int) number) {
            throw new IllegalArgumentException("is out of range");
        }
        return (int) number;
    }

    /** In UTC. */
    private static Instant endOfDay(String date) {
        try {
            return LocalDate.parse(date).atTime(LAST_SECOND).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException unreadable) {
            throw new IllegalArgumentException("must be a date such as 2026-12-31");
        }
    }

    /** One field, with commas or spaces between its texts. */
    private static List<String> texts(String text) {
        return List.of(text.split("[\\s,]+"));
    }

    private static UUID id(String text) {
        return Uuids.parse(text).orElseThrow(() -> new IllegalArgumentException("must be a UUID"));
    }
}
