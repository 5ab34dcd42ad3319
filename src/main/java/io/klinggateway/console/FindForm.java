package io.klinggateway.console;

import io.klinggateway.generation.Labels;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.search.JobQuery;
import io.klinggateway.search.JobQuery.IdRange;
import io.klinggateway.search.JobQuery.JobOutcome;
import io.klinggateway.support.Instants;
import io.klinggateway.support.PageCursor;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody looks for, as the address has it; null, or blank, for what it leaves out.
 *
 * @param q an id, or its beginning; a name; words
 * @param from the first day
 * @param to the last day
 * @param done what was done before
 */
record FindForm(
        @Nullable String q,
        @Nullable String team,
        @Nullable String key,
        @Nullable String model,
        @Nullable String label,
        @Nullable String state,
        @Nullable String from,
        @Nullable String to,
        @Nullable String cursor,
        @Nullable String done) {

    static final List<String> STATES =
            Arrays.stream(JobOutcome.values()).map(FindForm::name).toList();

    /** What is in review is open to its team. */
    static final List<String> STATES_OF_TEAMS = STATES.stream()
            .filter(state -> !state.equals(name(JobOutcome.IN_REVIEW)))
            .toList();

    /** So short a beginning is of a minute's jobs. */
    private static final Pattern ID_BEGINS = Pattern.compile("[0-9a-f]{8}(?:-?[0-9a-f]++)*+-?");

    private static final int HEX_DIGITS = 32;
    private static final int LONGEST_ID = 40;

    static String name(JobOutcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    /** PostgreSQL knows no NUL characters. */
    private static String text(@Nullable String given) {
        return Objects.requireNonNullElse(given, "").replace("\0", "").strip();
    }

    private static @Nullable String textOrNull(@Nullable String given) {
        return text(given).isEmpty() ? null : text(given);
    }

    /** As a short id is shown, too. */
    String search() {
        return text(q).replace("…", "");
    }

    String teamName() {
        return text(team);
    }

    String keyName() {
        return text(key).toLowerCase(Locale.ROOT);
    }

    JobOutcome outcome() {
        return Arrays.stream(JobOutcome.values())
                .filter(outcome -> name(outcome).equals(text(state).toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElse(JobOutcome.ANY);
    }

    @Nullable
    PageCursor before() {
        return cursor == null ? null : PageCursor.decode(cursor).orElse(null);
    }

    /** Whether it asks for jobs in any way but by the search box. */
    boolean filters() {
        return List.of(text(team), text(key), text(model), text(label), text(state), text(from), text(to)).stream()
                .anyMatch(text -> !text.isEmpty());
    }

    /** The ids that begin so; empty if the search is not the beginning of an id. */
    Optional<IdRange> ids() {
        String begin = search().toLowerCase(Locale.ROOT);
        String digits = begin.replace("-", "");
        return begin.length() <= LONGEST_ID
                        && digits.length() <= HEX_DIGITS
                        && ID_BEGINS.matcher(begin).matches()
                ? Optional.of(new IdRange(filled(digits, "0"), filled(digits, "f")))
                : Optional.empty();
    }

    private static UUID filled(String digits, String digit) {
        String whole = digits + digit.repeat(HEX_DIGITS - digits.length());
        return new UUID(
                Long.parseUnsignedLong(whole.substring(0, HEX_DIGITS / 2), 16),
                Long.parseUnsignedLong(whole.substring(HEX_DIGITS / 2), 16));
    }

    /** What is wrong with it, in a sentence; null if nothing is. */
    @Nullable
    String fault(ZoneId zone) {
        if (textOrNull(label) != null && Labels.filter(text(label)).isEmpty()) {
            return "The label " + Labels.FILTER_RULE;
        }
        boolean days = (textOrNull(from) == null || day(from, 0, zone) != null)
                && (textOrNull(to) == null || day(to, 1, zone) != null);
        return days ? null : "A day must be a date such as 2026-11-01";
    }

    private static @Nullable Instant day(@Nullable String text, int daysAfter, ZoneId zone) {
        return Instants.parse(text(text), daysAfter, zone).orElse(null);
    }

    /**
     * What is not valid is left out.
     *
     * @param words null to leave the search's words out of account
     */
    JobQuery query(@Nullable TenantId tenant, @Nullable IdRange ids, @Nullable String words, ZoneId zone) {
        return new JobQuery(
                tenant,
                outcome(),
                textOrNull(keyName()),
                textOrNull(text(model).toLowerCase(Locale.ROOT)),
                Labels.filter(text(label)).orElse(Labels.NONE),
                day(from, 0, zone),
                day(to, 1, zone),
                words,
                ids);
    }

    PageUrl address(String path) {
        return PageUrl.of(path)
                .with("q", text(q))
                .with("team", text(team))
                .with("key", text(key))
                .with("model", text(model))
                .with("label", text(label))
                .with("state", outcome() == JobOutcome.ANY ? null : name(outcome()))
                .with("from", text(from))
                .with("to", text(to));
    }
}
