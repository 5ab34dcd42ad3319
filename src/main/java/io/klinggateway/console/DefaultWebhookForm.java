package io.klinggateway.console;

import io.klinggateway.admin.DefaultWebhookTerms;
import io.klinggateway.problem.ProblemException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;
import org.springframework.util.MultiValueMap;

/** The form of a team's default webhook, which stands on the team's page and on the operators'. */
final class DefaultWebhookForm {

    private static final String URL = "url";
    private static final String EVENTS = "events";

    private DefaultWebhookForm() {}

    /**
     * @param model has what a page needs that shows it again, if it is refused
     * @return null if its URL is empty: then there is to be none
     * @throws ProblemException if it is not a valid form
     */
    static @Nullable DefaultWebhookTerms read(MultiValueMap<String, String> form, Forms forms, Model model) {
        model.addAttribute("refusedUrl", form.getFirst(URL));
        Map<String, String> fields = new HashMap<>(form.toSingleValueMap());
        fields.put(EVENTS, String.join(" ", form.getOrDefault(EVENTS, List.of())));
        return fields.getOrDefault(URL, "").isBlank() ? null : forms.bind(fields, DefaultWebhookTerms.class);
    }
}
