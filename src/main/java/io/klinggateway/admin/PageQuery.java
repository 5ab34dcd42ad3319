package io.klinggateway.admin;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads all parameters of a list before it refuses any, so that the caller hears of every fault at once. */
final class PageQuery {

    static final int DEFAULT_LIMIT = 100;
    private static final int HIGHEST_LIMIT = 1000;

    private final Map<String, List<String>> faults = new LinkedHashMap<>();

    int limit(@Nullable String text) {
        Integer limit = read(
                "limit",
                text,
                value -> value.matches("[1-9]\\d{0,3}")
                        ? Optional.of(Integer.valueOf(value)).filter(number -> number <= HIGHEST_LIMIT)
                        : Optional.empty(),
                "must be an integer from 1 to " + HIGHEST_LIMIT);
        return limit == null ? DEFAULT_LIMIT : limit;
    }

    long afterSeq(@Nullable String cursor) {
        Long seq = read(
                "cursor",
                cursor,
                value -> value.matches("\\d{1,18}") ? Optional.of(Long.valueOf(value)) : Optional.empty(),
                "must be a nextCursor of this list");
        return seq == null ? 0 : seq;
    }

    @Nullable
    String name(String parameter, @Nullable String text) {
        return read(
                parameter, text, value -> Optional.of(value).filter(name -> name.matches(Rules.NAME)), Rules.NAME_RULE);
    }

    @Nullable
    UUID id(String parameter, @Nullable String text) {
        return read(parameter, text, Uuids::parse, "must be a nextCursor of this list");
    }

    /** A bare date is the moment at which it begins, in UTC. */
    @Nullable
    Instant time(String parameter, @Nullable String text) {
        return read(
                parameter,
                text,
                PageQuery::instant,
                "must be a date such as 2026-11-01, or a time such as 2026-11-01T00:00:00Z");
    }

    @Nullable
    String oneOf(String parameter, @Nullable String text, Collection<String> choices) {
        return read(
                parameter,
                text,
                value -> Optional.of(value).filter(choices::contains),
                "must be one of " + String.join(", ", choices.stream().sorted().toList()));
    }

    void refuseInvalid() {
        if (!faults.isEmpty()) {
            throw new ProblemException(Problem.invalid(faults));
        }
    }

    private <T> @Nullable T read(
            String name, @Nullable String text, Function<String, Optional<T>> reader, String fault) {
        Optional<T> value = text == null ? Optional.empty() : reader.apply(text);
        if (text != null && value.isEmpty()) {
            faults.put(name, List.of(fault));
        }
        return value.orElse(null);
    }

    private static Optional<Instant> instant(String text) {
        try {
            Instant instant = text.contains("T")
                    ? Instant.parse(text)
                    : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
            return Optional.of(instant).filter(time -> time.isBefore(Rules.LATEST) && time.isAfter(Instant.EPOCH));
        } catch (DateTimeException unreadable) {
            return Optional.empty();
        }
    }
}
