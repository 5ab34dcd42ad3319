package io.klinggateway.console;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The switch in the foot of each page, for whoever looks at it, signed in or not. */
@Controller
class ThemePages {

    @PostMapping(Paths.THEME)
    String choose(
            @RequestParam(defaultValue = "") String theme,
            @RequestParam(defaultValue = "") String page,
            HttpServletRequest request,
            HttpServletResponse response) {
        Theme chosen = Theme.of(theme);
        if (chosen == Theme.SYSTEM) {
            Cookies.remove(request, response, Theme.COOKIE);
        } else {
            Cookies.lend(request, response, Theme.COOKIE, chosen.word(), Theme.LIFE);
        }
        return "redirect:" + ReturnPath.back(page);
    }
}
