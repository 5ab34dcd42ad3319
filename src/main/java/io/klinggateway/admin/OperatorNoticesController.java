package io.klinggateway.admin;

import io.klinggateway.admin.NoticeRequests.ChannelTest;
import io.klinggateway.notice.Notice;
import io.klinggateway.support.Page;
import io.klinggateway.support.PageCursor;
import io.klinggateway.support.Uuids;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Notices, and where they go, for operators. */
@RestController
@RequestMapping(path = "/admin/v1", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Notices")
class OperatorNoticesController {

    private final NoticeOperations notices;

    OperatorNoticesController(NoticeOperations notices) {
        this.notices = notices;
    }

    @GetMapping("/notices")
    @Operation(summary = "What was raised, newest first, and how far it has come through each channel")
    Page<Notice> list(
            @RequestParam(required = false) @Nullable String tenant,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Schema(type = "integer", minimum = "1", maximum = "1000") @Nullable
                    String limit) {
        PageQuery query = new PageQuery();
        String of = query.name("tenant", tenant);
        PageCursor before = query.before("cursor", cursor);
        int most = query.limit(limit);
        query.refuseInvalid();
        return notices.list(of, before, most);
    }

    @PostMapping("/notices/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "Send a message to the operators' own channels")
    Sent test(@AuthenticationPrincipal Actor actor, @RequestBody ChannelTest asked) {
        return new Sent(notices.test(actor, asked));
    }

    @PostMapping("/notices/{noticeId}/retry")
    @Operation(summary = "Send a notice again to each channel that it has not reached, and begin the attempts anew")
    ResponseEntity<Void> retry(
            @AuthenticationPrincipal Actor actor, @PathVariable @Schema(format = "uuid") String noticeId) {
        notices.retry(actor, Uuids.parse(noticeId).orElseThrow(NoticeOperations::noDelivery));
        return ResponseEntity.accepted().build();
    }

    @GetMapping("/tenants/{name}/notices")
    @Operation(summary = "What a tenant hears of, and where")
    NoticeTermsView find(@PathVariable String name) {
        return notices.find(name);
    }

    @PatchMapping("/tenants/{name}/notices")
    @Operation(
            summary = "Change thresholds, silence or channels; what is left out is unchanged, null removes a channel, "
                    + "thresholds that are null are the default again",
            requestBody =
                    @io.swagger.v3.oas.annotations.parameters.RequestBody(
                            content = @Content(schema = @Schema(implementation = NoticeRequests.NoticeChange.class))))
    NoticeTermsView change(
            @AuthenticationPrincipal Actor actor, @PathVariable String name, @RequestBody MergePatch patch) {
        return notices.change(actor, name, patch);
    }

    @PostMapping("/tenants/{name}/notices/test")
    @ResponseStatus(HttpStatus.ACCEPTED)
    @Operation(summary = "Send a message to one of a tenant's channels, or to all")
    Sent test(@AuthenticationPrincipal Actor actor, @PathVariable String name, @RequestBody ChannelTest asked) {
        return new Sent(notices.test(actor, name, asked));
    }

    /** @param noticeId which the message carries */
    @Schema(name = "OperatorNoticeTest")
    record Sent(UUID noticeId) {}
}
