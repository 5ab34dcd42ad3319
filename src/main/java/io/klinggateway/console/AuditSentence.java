package io.klinggateway.console;

import io.klinggateway.admin.Actor.WayIn;
import io.klinggateway.admin.AuditEntry;
import io.klinggateway.signin.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An entry of the audit as a sentence: operator ada issued key ci for design.
 *
 * @param kind what whoever acted is; empty for the configuration
 * @param did the verb, and what follows it
 * @param what the thing that it was done to; null if that is the team, or nothing
 * @param joint what stands before the team, which ends the sentence; null if the verb itself does
 */
record AuditSentence(
        String kind,
        String did,
        @Nullable String what,
        @Nullable String joint) {

    /** What actions' names begin with, and what each is called. */
    static final SequencedMap<String, String> SUBJECTS = subjects();

    private static final int SHORT_ID = 13;

    private static SequencedMap<String, String> subjects() {
        SequencedMap<String, String> subjects = new LinkedHashMap<>();
        subjects.put("key", "Keys");
        subjects.put("credits", "Grants and corrections");
        subjects.put("request", "Requests for credits");
        subjects.put("tenant", "Teams");
        subjects.put("generation", "Jobs");
        subjects.put("queue", "Queue");
        subjects.put("webhook", "Webhooks");
        subjects.put("notices", "Notices");
        subjects.put("orphan", "Vendor jobs without a team");
        subjects.put("vendor-drift", "Vendor's balance");
        subjects.put("session", "Sessions");
        return subjects;
    }

    static AuditSentence of(AuditEntry entry) {
        String job = shortened(entry.subject());
        return switch (entry.action()) {
            case "key.create" -> of(entry, "issued key", name(entry), "for");
            case "key.change" -> of(entry, "changed key", name(entry), "of");
            case "key.rotate" -> of(entry, "rotated key", name(entry), "of");
            case "key.revoke" -> of(entry, "revoked key", name(entry), "of");
            case "credits.grant" -> of(entry, "granted", gained(entry, "ceiling"), "to");
            case "credits.adjust" -> of(entry, "corrected the spend", by(gained(entry, "captured")), "of");
            case "request.ask" -> of(entry, "asked for", asked(entry), "for");
            case "request.grant" -> of(entry, "granted the request for", asked(entry), "of");
            case "request.refuse" -> of(entry, "refused the request for", asked(entry), "of");
            case "tenant.create" -> of(entry, "created", null, "the team");
            case "tenant.change" -> changed(entry);
            case "tenant.declare" -> of(entry, "declared", null, "the team");
            case "tenant.withdraw" -> of(entry, "withdrew the declaration", null, "of");
            case "tenant.export" -> of(entry, "exported all records", null, "of");
            case "tenant.erase" -> of(entry, "erased all requests and images", null, "of");
            case "webhook.default" -> of(entry, "changed the default webhook", null, "of");
            case "generation.capture" -> of(entry, "captured the credits of job", job, "of");
            case "generation.release" -> of(entry, "released the credits of job", job, "of");
            case "generation.erase" -> of(entry, "erased request and images of job", job, "of");
            case "queue.cancel" -> of(entry, "cancelled all waiting jobs", null, "of");
            case "webhook.retry" -> of(entry, "sent again the webhook of job", job, "of");
            case "webhook.retry-all" ->
                of(entry, "retried failed webhooks" + (entry.tenant() == null ? " of all teams" : ""), null, "of");
            case "notices.change" -> of(entry, "changed the notices", null, "of");
            case "notices.test" -> of(entry, "sent a test notice", null, "to");
            case "notices.retry" -> of(entry, "sent a notice again", null, "to");
            case "orphan.assign" -> of(entry, "booked the vendor's job", job, "on");
            case "orphan.dismiss" -> of(entry, "dismissed the vendor's job", job, "of");
            case "vendor-drift.accept" -> of(entry, "accepted the vendor's balance", null, "of");
            case "session.end" -> of(entry, "ended the sessions of", entry.subject(), "of");
            default -> of(entry, "did " + entry.action() + " to", entry.subject(), "of");
        };
    }

    private static AuditSentence of(AuditEntry entry, String did, @Nullable String what, String joint) {
        return new AuditSentence(kind(entry), did, what, entry.tenant() == null ? null : joint);
    }

    private static String kind(AuditEntry entry) {
        Role role = entry.role();
        return switch (role) {
            case null -> "";
            case OPERATOR -> "operator";
            case VIEWER -> "viewer";
            case ADMIN -> "admin";
            case MEMBER -> entry.wayIn() == WayIn.KEY ? "key" : "member";
        };
    }

    private static @Nullable String shortened(@Nullable String id) {
        return id == null || id.length() <= SHORT_ID ? id : id.substring(0, SHORT_ID) + "…";
    }

    private static @Nullable String name(AuditEntry entry) {
        String name = text(entry.after(), "name");
        return name == null ? text(entry.before(), "name") : name;
    }

    private static @Nullable String text(@Nullable JsonNode whole, String property) {
        JsonNode value = whole == null ? null : whole.get(property);
        return value == null || !value.isString() ? null : value.asString();
    }

    private static @Nullable String asked(AuditEntry entry) {
        JsonNode request = entry.after() == null ? entry.before() : entry.after();
        return request == null || !request.path("credits").isNumber()
                ? null
                : Formats.INSTANCE.count(request.path("credits").asLong(), "credit");
    }

    /** By how much a number of the balance rose; null if it is another window's before and after. */
    private static @Nullable String gained(AuditEntry entry, String number) {
        JsonNode before = entry.before();
        JsonNode after = entry.after();
        if (before == null || after == null || !before.path("window").equals(after.path("window"))) {
            return null;
        }
        long gained = after.path(number).asLong() - before.path(number).asLong();
        return Formats.INSTANCE.count(gained, "credit");
    }

    private static @Nullable String by(@Nullable String credits) {
        return credits == null ? null : "by " + credits;
    }

    /** Names the parts that are different. */
    private static AuditSentence changed(AuditEntry entry) {
        JsonNode before = entry.before();
        JsonNode after = entry.after();
        List<String> parts = new ArrayList<>();
        if (before != null && after != null) {
            after.properties().forEach(part -> {
                boolean telling = !List.of("balance", "notice").contains(part.getKey());
                if (telling && !terms(part.getValue()).equals(terms(before.path(part.getKey())))) {
                    parts.add(words(part.getKey()));
                }
            });
        }
        if (parts.equals(List.of("status"))) {
            return of(entry, "ACTIVE".equals(text(after, "status")) ? "activated" : "suspended", null, "the team");
        }
        return of(entry, "changed", parts.isEmpty() ? null : String.join(", ", parts), "of");
    }

    /** Of a budget what was set, and not how it stands. */
    private static Object terms(JsonNode part) {
        return part.path("windows").isArray()
                ? List.of(
                        part.path("timeZone"),
                        part.path("windows")
                                .valueStream()
                                .map(window -> List.of(
                                        window.path("period"),
                                        window.path("firstDay"),
                                        window.path("limit"),
                                        window.path("shadowLimit")))
                                .toList())
                : part;
    }

    /** {@code costCentre} as {@code cost centre}. */
    private static String words(String property) {
        return property.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }
}
