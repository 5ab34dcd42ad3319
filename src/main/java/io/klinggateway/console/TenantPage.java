package io.klinggateway.console;

import io.klinggateway.admin.KeyOperations;
import io.klinggateway.admin.NoticeOperations;
import io.klinggateway.admin.NoticeTermsView;
import io.klinggateway.admin.TenantOperations;
import io.klinggateway.admin.TenantView;
import io.klinggateway.ledger.Ledger;
import io.klinggateway.ledger.PeriodKind;
import io.klinggateway.ledger.TenantId;
import io.klinggateway.notice.ChannelKind;
import io.klinggateway.queue.QueueForecast;
import io.klinggateway.search.JobQuery;
import io.klinggateway.search.JobSearch;
import io.klinggateway.webhook.Deliveries;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** What operators see of one tenant, with the forms that change it. */
@Component
class TenantPage {

    private static final int SHOWN = 8;
    private static final int EMPTY_WINDOW_ROWS = 2;

    private final TenantOperations tenants;
    private final KeyOperations keys;
    private final Ledger ledger;
    private final JobSearch search;
    private final Deliveries deliveries;
    private final QueueForecast queue;
    private final NoticeOperations notices;

    TenantPage(
            TenantOperations tenants,
            KeyOperations keys,
            Ledger ledger,
            JobSearch search,
            Deliveries deliveries,
            QueueForecast queue,
            NoticeOperations notices) {
        this.tenants = tenants;
        this.keys = keys;
        this.ledger = ledger;
        this.search = search;
        this.deliveries = deliveries;
        this.queue = queue;
        this.notices = notices;
    }

    /** @param credits what a form about credits was sent with, to be sent again; empty at first */
    String show(String name, Map<String, String> credits, Model model) {
        TenantView tenant = tenants.find(name);
        TenantId id = new TenantId(tenant.id());
        model.addAttribute("tenant", tenant);
        NoticeTermsView terms = notices.find(name);
        List<BudgetBar> bars = BudgetBar.of(tenant, terms.firstThreshold());
        model.addAttribute("bars", bars);
        model.addAttribute("limiting", limiting(bars, tenant.balance().window()));
        model.addAttribute("forecast", tenants.forecast(name));
        model.addAttribute("erasure", tenants.erasure(name).orElse(null));
        model.addAttribute("windowRows", tenant.budget().windows().size() + EMPTY_WINDOW_ROWS);
        model.addAttribute("queue", queue.ofTeam(id));
        KeyOrder.add(keys.list(name), PageUrl.of(Paths.tenant(name)), (String) model.getAttribute("sort"), model);
        model.addAttribute(
                "jobs", search.find(JobQuery.of(id), null, SHOWN).page().items());
        model.addAttribute("entries", ledger.latest(id, Long.MAX_VALUE, SHOWN));
        model.addAttribute("deliveries", deliveries.failing(id, SHOWN));
        model.addAttribute("noticeTerms", terms);
        model.addAttribute("notices", notices.latest(name, SHOWN));
        model.addAttribute("channelKinds", ChannelKind.values());
        model.addAttribute("periods", PeriodKind.values());
        model.addAttribute(
                "once",
                Refused.once(
                        model, credits.getOrDefault("once", UUID.randomUUID().toString())));
        model.addAttribute("credits", credits);
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/tenant";
    }

    private static BudgetBar limiting(List<BudgetBar> bars, String window) {
        return bars.stream()
                .filter(bar -> bar.window().window().equals(window))
                .findFirst()
                .orElseThrow();
    }
}
