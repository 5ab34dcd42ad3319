package io.klinggateway.console;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ui.Model;

/**
 * Asks once before something that does not come back.
 *
 * @param consequences what will happen, in sentences
 * @param action where the form goes
 * @param back the way out
 * @param reason what its reason is asked with; null if none is wanted
 */
record Confirmation(
        String title,
        List<String> consequences,
        String button,
        String action,
        String back,
        @Nullable Reason reason) {

    Confirmation(String title, List<String> consequences, String button, String action, String back) {
        this(title, consequences, button, action, back, null);
    }

    /**
     * @param text as the form was sent with it; empty at first
     * @param once the key under which the form is sent, and sent again
     */
    record Reason(String text, String once) {}

    String on(Model model) {
        model.addAttribute("confirmation", this);
        return "console/confirm";
    }
}
