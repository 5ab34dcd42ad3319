package io.klinggateway.notice;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a team hears of, and where.
 *
 * @param thresholds percent of what a window of its budget allows, ascending; empty for none, null for the default
 * @param silencedUntil until then its notices are written and delivered to nobody; null if they are delivered
 * @param channels by name
 */
public record NoticeTerms(
        @Nullable List<Integer> thresholds, @Nullable Instant silencedUntil, Map<String, NoticeChannel> channels) {}
