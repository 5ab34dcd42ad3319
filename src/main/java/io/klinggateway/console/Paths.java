package io.klinggateway.console;

import java.nio.charset.StandardCharsets;
import org.springframework.web.util.UriUtils;

/** Addresses of pages that more than their own controller knows. */
final class Paths {

    static final String CONSOLE = "/console";
    static final String OPERATOR = CONSOLE + "/operator";
    static final String TEAM = CONSOLE + "/team";
    static final String SIGN_IN = CONSOLE + "/sign-in";
    static final String SINGLE_SIGN_ON = SIGN_IN + "/single-sign-on";

    /** Where the identity provider sends browsers back to. */
    static final String CALLBACK = SIGN_IN + "/callback";

    /** Where the identity provider says that a session of its own has ended. */
    static final String BACK_CHANNEL = CONSOLE + "/back-channel-logout";

    static final String SIGN_OUT = CONSOLE + "/sign-out";
    static final String PLACE = CONSOLE + "/place";
    static final String THEME = CONSOLE + "/theme";
    static final String FORBIDDEN = CONSOLE + "/forbidden";
    static final String ASSETS = CONSOLE + "/assets/";

    /** Ends the address that a job's page asks for by itself, while no visitor may be there. */
    static final String LIVE = "/live";

    private Paths() {}

    /** @param name perhaps none: a visitor may have written it */
    static String tenant(String name) {
        return CONSOLE + "/operator/tenants/" + UriUtils.encodePathSegment(name, StandardCharsets.UTF_8);
    }

    /** The tenant's page, saying what was done. */
    static String tenantAfter(String name, String done) {
        return "redirect:" + tenant(name) + "?done=" + done;
    }
}
