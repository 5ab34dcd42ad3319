package io.klinggateway.console;

import io.klinggateway.admin.AuditEntry;
import io.klinggateway.admin.AuditLog;
import io.klinggateway.support.Page;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What operators and the configuration did. */
@Controller
@RequestMapping("/console/operator/audit")
class AuditPages {

    private static final int PAGE = 50;
    private static final Pattern NAME_OR_NONE = Pattern.compile("[a-z0-9-]{0,63}");

    private final AuditLog audit;

    AuditPages(AuditLog audit) {
        this.audit = audit;
    }

    @GetMapping
    String audit(
            @RequestParam(required = false) @Nullable Long before,
            @RequestParam(defaultValue = "") String tenant,
            Model model) {
        String name = tenant.strip();
        List<AuditEntry> found = NAME_OR_NONE.matcher(name).matches()
                ? audit.latest(name.isEmpty() ? null : name, before == null ? Long.MAX_VALUE : before, PAGE + 1)
                : List.of();
        Page<AuditEntry> page = Page.of(found, PAGE, AuditEntry::seq);
        model.addAttribute("lines", page.items().stream().map(AuditLine::of).toList());
        model.addAttribute("tenant", tenant);
        model.addAttribute("first", before == null);
        model.addAttribute("next", page.nextCursor());
        return "console/audit";
    }
}
