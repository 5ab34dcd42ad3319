package io.klinggateway.admin;

import io.klinggateway.problem.RequestParameters;
import io.klinggateway.support.Instants;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads all parameters of a list before it refuses any, so that the caller hears of every fault at once. */
final class PageQuery {

    static final int DEFAULT_LIMIT = 100;
    private static final int HIGHEST_LIMIT = 1000;

    private final RequestParameters parameters = new RequestParameters();

    int limit(@Nullable String text) {
        return parameters.limit(text, DEFAULT_LIMIT, HIGHEST_LIMIT);
    }

    long afterSeq(@Nullable String cursor) {
        Long seq = parameters.read(
                "cursor",
                cursor,
                value -> value.matches("\\d{1,18}") ? Optional.of(Long.valueOf(value)) : Optional.empty(),
                "must be a nextCursor of this list");
        return seq == null ? 0 : seq;
    }

    @Nullable
    String name(String parameter, @Nullable String text) {
        return parameters.read(
                parameter, text, value -> Optional.of(value).filter(name -> name.matches(Rules.NAME)), Rules.NAME_RULE);
    }

    @Nullable
    UUID id(String parameter, @Nullable String text) {
        return parameters.read(parameter, text, Uuids::parse, "must be a nextCursor of this list");
    }

    @Nullable
    PageCursor before(String parameter, @Nullable String text) {
        return parameters.cursor(parameter, text);
    }

    /** A bare date is the moment at which it begins, in UTC. */
    @Nullable
    Instant time(String parameter, @Nullable String text) {
        return parameters.read(parameter, text, value -> Instants.parse(value, 0, ZoneOffset.UTC), Instants.RULE);
    }

    @Nullable
    String oneOf(String parameter, @Nullable String text, Collection<String> choices) {
        return parameters.read(
                parameter,
                text,
                value -> Optional.of(value).filter(choices::contains),
                "must be one of " + String.join(", ", choices.stream().sorted().toList()));
    }

    void refuseInvalid() {
        parameters.refuseInvalid();
    }
}
