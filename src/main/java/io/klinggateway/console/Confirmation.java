package io.klinggateway.console;

import java.util.List;
import org.springframework.ui.Model;

/**
 * Asks once before something that does not come back.
 *
 * @param consequences what will happen, in sentences
 * @param action where the form goes
 * @param back the way out
 */
record Confirmation(String title, List<String> consequences, String button, String action, String back) {

    String on(Model model) {
        model.addAttribute("confirmation", this);
        return "console/confirm";
    }
}
