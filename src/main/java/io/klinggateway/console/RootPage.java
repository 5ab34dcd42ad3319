package io.klinggateway.console;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;

/** Who opens the gateway's bare address in a browser wants the console. */
@Controller
@ConditionalOnProperty(name = "gateway.console.enabled", havingValue = "true", matchIfMissing = true)
class RootPage {

    @GetMapping(path = "/", produces = MediaType.TEXT_HTML_VALUE)
    String toTheConsole() {
        return "redirect:" + Paths.CONSOLE;
    }
}
