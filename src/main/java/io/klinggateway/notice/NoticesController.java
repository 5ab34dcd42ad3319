package io.klinggateway.notice;

import io.klinggateway.problem.RequestParameters;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.tenant.Caller;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** A tenant's own notices. */
@RestController
@Tag(name = "Account")
class NoticesController {

    private static final int DEFAULT_LIMIT = 20;
    private static final int HIGHEST_LIMIT = 100;

    private final Notices notices;

    NoticesController(Notices notices) {
        this.notices = notices;
    }

    @GetMapping(path = "/v2/notices", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "What the calling tenant was told of its budget, keys and webhooks, newest first")
    Page<Notice> notices(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "100") @Nullable
                    String limit) {
        RequestParameters parameters = new RequestParameters();
        PageCursor before = parameters.cursor("cursor", cursor);
        int most = parameters.limit(limit, DEFAULT_LIMIT, HIGHEST_LIMIT);
        parameters.refuseInvalid();
        return notices.ofTeam(caller.tenant().id(), before, most);
    }
}
