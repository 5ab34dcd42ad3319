package io.klinggateway.notice;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What a webhook's receiver gets of a notice: the same at every attempt. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record NoticeMessage(
        String event,
        UUID id,
        NoticeCause cause,
        @Nullable String team,
        String title,
        String message,
        JsonNode facts,
        Instant createdAt) {

    static NoticeMessage of(Notice notice) {
        return new NoticeMessage(
                "notice",
                notice.id(),
                notice.cause(),
                notice.team(),
                notice.title(),
                notice.message(),
                notice.facts(),
                notice.createdAt());
    }
}
