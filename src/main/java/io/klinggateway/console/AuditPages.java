package io.klinggateway.console;

import io.klinggateway.admin.AuditEntry;
import io.klinggateway.admin.AuditLog;
import io.klinggateway.admin.AuditLog.AuditQuery;
import io.klinggateway.support.Instants;
import io.klinggateway.support.Page;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;

/** What operators and the configuration did. */
@Controller
@RequestMapping("/console/operator/audit")
class AuditPages {

    private static final String HERE = "/console/operator/audit";
    private static final int PAGE = 50;

    private final AuditLog audit;

    AuditPages(AuditLog audit) {
        this.audit = audit;
    }

    /**
     * Which entries, as the address has it; null, or blank, for what it leaves out.
     *
     * @param about what actions' names begin with
     * @param from the first day, in UTC
     * @param to the last day
     * @param before the entry below which the page begins
     */
    record AuditForm(
            @Nullable String tenant,
            @Nullable String actor,
            @Nullable String about,
            @Nullable String from,
            @Nullable String to,
            @Nullable Long before) {

        private static String text(@Nullable String given) {
            return given == null ? "" : given.strip();
        }

        private static @Nullable String textOrNull(@Nullable String given) {
            return text(given).isEmpty() ? null : text(given).toLowerCase(Locale.ROOT);
        }

        private static @Nullable Instant day(@Nullable String given, int daysAfter) {
            return Instants.parse(text(given), daysAfter, ZoneOffset.UTC).orElse(null);
        }

        /** Empty if there can be none: no team is called so, or PostgreSQL cannot store it. */
        Optional<AuditQuery> wanted() {
            String team = textOrNull(tenant);
            return (team != null && TeamName.parse(team).isEmpty()) || (text(actor) + text(about)).indexOf('\0') >= 0
                    ? Optional.empty()
                    : Optional.of(new AuditQuery(team, textOrNull(actor), textOrNull(about), day(from, 0), day(to, 1)));
        }

        PageUrl address() {
            return PageUrl.of(HERE)
                    .with("tenant", text(tenant))
                    .with("actor", text(actor))
                    .with("about", text(about))
                    .with("from", text(from))
                    .with("to", text(to));
        }
    }

    @GetMapping
    String audit(AuditForm form, Model model) {
        long before = form.before() == null ? Long.MAX_VALUE : form.before();
        Page<AuditEntry> page = Page.of(
                form.wanted()
                        .map(wanted -> audit.latest(wanted, before, PAGE + 1))
                        .orElse(List.of()),
                PAGE,
                AuditEntry::seq);
        model.addAttribute("lines", page.items().stream().map(AuditLine::of).toList());
        model.addAttribute("form", form);
        model.addAttribute("address", form.address());
        model.addAttribute("subjects", AuditSentence.SUBJECTS);
        model.addAttribute("first", form.before() == null);
        model.addAttribute("next", page.nextCursor());
        return "console/audit";
    }
}
