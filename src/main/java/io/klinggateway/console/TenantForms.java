package io.klinggateway.console;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** How the forms of a tenant's page are answered: by the page anew, or, if one is refused, by the page with that form open. */
@Component
class TenantForms {

    private final TenantPage page;
    private final Refused refused;

    TenantForms(TenantPage page, Refused refused) {
        this.page = page;
        this.refused = refused;
    }

    /**
     * @param form which of the page's forms it is
     * @param change tells what the page says afterwards
     */
    String change(Model model, HttpServletResponse response, String tenant, String form, Supplier<String> change) {
        return change(model, response, tenant, form, Map.of(), change);
    }

    /**
     * As above.
     *
     * @param credits what the form about credits was sent with, to be sent again
     */
    String change(
            Model model,
            HttpServletResponse response,
            String tenant,
            String form,
            Map<String, String> credits,
            Supplier<String> change) {
        return refused.orElse(model, response, () -> Paths.tenantAfter(tenant, change.get()), () -> {
            model.addAttribute("refusedForm", form);
            return page.show(tenant, credits, model);
        });
    }
}
