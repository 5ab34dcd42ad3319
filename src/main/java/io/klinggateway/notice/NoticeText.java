package io.klinggateway.notice;

import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Puts a notice into words: of its facts nothing but numbers, times, ids and names that are safe anywhere. */
final class NoticeText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm 'UTC'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final NoticeCause cause;
    private final String team;
    private final JsonNode facts;

    /** @param team null if it is about none */
    NoticeText(NoticeCause cause, @Nullable String team, JsonNode facts) {
        this.cause = cause;
        this.team = team == null ? "the gateway" : team;
        this.facts = facts;
    }

    /** One line without a full stop. */
    String title() {
        return switch (cause) {
            case BUDGET_THRESHOLD ->
                (isOfKey() ? "The key " + text("key") + " of " + team : team) + " has used "
                        + facts.path("threshold").asInt() + " % of its " + period() + " budget"
                        + (isShadow() ? " (shadow)" : "");
            case KEY_EXPIRES -> "The key " + text("key") + " of " + team + " expires within " + count("days", "day");
            case WEBHOOK_GIVEN_UP -> "A webhook of " + team + " is given up";
            case JOB_IN_REVIEW -> "A job of " + team + " is in review";
            case CREDITS_REQUESTED -> team + " asks for " + count("credits", "credit");
            case CREDITS_ANSWERED ->
                "The request of " + team + " for " + count("credits", "credit") + " is " + answer();
            case VENDOR_BALANCE_LOW -> "The vendor's account is below " + count("floor", "credit");
            case VENDOR_ACCOUNT_REFUSED -> "The vendor refuses the gateway's account";
            case TEST -> "A test for " + team;
        };
    }

    String message() {
        return switch (cause) {
            case BUDGET_THRESHOLD ->
                number("used") + " of " + count("allowed", "credit") + " are spent or held. " + reset()
                        + (isShadow() ? " This limit is being tried out and refuses nothing." : "");
            case KEY_EXPIRES ->
                "It expires at " + time("expiresAt") + "; requests with it are refused from then on. Put a new key in"
                        + " its place, or move its expiry.";
            case WEBHOOK_GIVEN_UP ->
                "The webhook of job " + text("jobId") + " was attempted " + count("attempts", "time") + "; the last"
                        + " outcome: " + text("outcome") + ". An operator can begin its attempts anew.";
            case JOB_IN_REVIEW ->
                "Job " + text("jobId") + " keeps the hold of " + count("credits", "credit")
                        + " until an operator resolves it.";
            case CREDITS_REQUESTED ->
                "Asked with the key " + text("key") + ". The reason is with request " + text("requestId")
                        + ", which waits for an operator to grant or refuse it.";
            case CREDITS_ANSWERED ->
                "The operator's reason is with request " + text("requestId") + "."
                        + (answer().equals("granted") ? " The credits can be spent now." : "");
            case VENDOR_BALANCE_LOW -> count("balance", "credit") + " are left. Jobs are refused when none are.";
            case VENDOR_ACCOUNT_REFUSED ->
                "Nothing is sent for any team, except a job now and then to test the account. Check the API key and the balance at the vendor.";
            case TEST -> "Sent by " + text("actor") + ": this channel works.";
        };
    }

    private String answer() {
        return text("status").toLowerCase(Locale.ROOT);
    }

    private boolean isOfKey() {
        return facts.has("key");
    }

    private boolean isShadow() {
        return facts.path("shadow").asBoolean(false);
    }

    private String period() {
        return switch (text("period")) {
            case "DAY" -> "daily";
            case "WEEK" -> "weekly";
            case "MONTH" -> "monthly";
            case "QUARTER" -> "quarterly";
            default -> "prepaid";
        };
    }

    private String reset() {
        return facts.has("resetsAt") ? "It resets at " + time("resetsAt") + "." : "It never resets.";
    }

    private String text(String fact) {
        return facts.path(fact).asString("");
    }

    private String time(String fact) {
        return TIME.format(OffsetDateTime.parse(text(fact)));
    }

    private String number(String fact) {
        return String.format(Locale.ENGLISH, "%,d", facts.path(fact).asLong());
    }

    private String count(String fact, String noun) {
        return number(fact) + " " + noun + (facts.path(fact).asLong() == 1 ? "" : "s");
    }
}
