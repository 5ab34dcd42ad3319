package io.klinggateway.console;

import io.klinggateway.admin.NoticeOperations;
import io.klinggateway.admin.NoticeRequests.ChannelTest;
import io.klinggateway.admin.NoticeRequests.NewChannel;
import io.klinggateway.admin.NoticeRequests.Silence;
import io.klinggateway.admin.NoticeRequests.ThresholdList;
import io.klinggateway.admin.TeamKeyOperations;
import io.klinggateway.notice.ChannelKind;
import io.klinggateway.notice.Notices;
import io.klinggateway.tenant.Caller;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What a team hears of, and where: its members look, and its admins change it. */
@Controller
@RequestMapping("/console/team/notices")
class TeamNoticePages {

    private static final String AFTERWARDS = "redirect:/console/team/notices?done=";
    private static final int SHOWN = 20;

    private final NoticeOperations operations;
    private final Notices notices;
    private final TeamKeyOperations keys;
    private final Forms forms;
    private final Refused refused;

    TeamNoticePages(
            NoticeOperations operations, Notices notices, TeamKeyOperations keys, Forms forms, Refused refused) {
        this.operations = operations;
        this.notices = notices;
        this.keys = keys;
        this.forms = forms;
        this.refused = refused;
    }

    /** @param done what was done before */
    @GetMapping
    String list(
            @AuthenticationPrincipal Caller caller,
            @RequestParam(required = false) @Nullable String done,
            Model model) {
        model.addAttribute("done", done);
        return page(caller, model);
    }

    private String page(Caller caller, Model model) {
        model.addAttribute("team", caller.tenant().name());
        model.addAttribute("noticeTerms", operations.find(caller.tenant().name()));
        model.addAttribute(
                "notices", notices.ofTeam(caller.tenant().id(), null, SHOWN).items());
        model.addAttribute("channelKinds", ChannelKind.values());
        model.addAttribute("keys", keys.list(caller));
        if (!model.containsAttribute("faults")) {
            model.addAttribute("faults", Map.of());
        }
        return "console/team-notices";
    }

    /** @param form which of the page's forms it is */
    private String change(Caller caller, String form, Model model, HttpServletResponse response, Runnable change) {
        return refused.orElse(
                model,
                response,
                () -> {
                    change.run();
                    return AFTERWARDS + form;
                },
                () -> {
                    model.addAttribute("refusedForm", form);
                    return page(caller, model);
                });
    }

    @PostMapping("/channels")
    String add(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(
                caller,
                "channel",
                model,
                response,
                () -> operations.setChannel(
                        visitor.actor(), caller.tenant().name(), forms.bind(form, NewChannel.class)));
    }

    @PostMapping("/channels/{channel}/remove")
    String remove(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @PathVariable String channel,
            Model model,
            HttpServletResponse response) {
        return change(
                caller,
                "removal",
                model,
                response,
                () -> operations.removeChannel(visitor.actor(), caller.tenant().name(), channel));
    }

    @PostMapping("/channels/{channel}/test")
    String test(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @PathVariable String channel,
            Model model,
            HttpServletResponse response) {
        return change(
                caller,
                "test",
                model,
                response,
                () -> operations.test(visitor.actor(), caller.tenant().name(), new ChannelTest(channel)));
    }

    @PostMapping("/thresholds")
    String thresholds(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(
                caller,
                "thresholds",
                model,
                response,
                () -> operations.setThresholds(
                        visitor.actor(), caller.tenant().name(), forms.bind(form, ThresholdList.class)));
    }

    @PostMapping("/silence")
    String silence(
            Visitor visitor,
            @AuthenticationPrincipal Caller caller,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return change(
                caller,
                "silence",
                model,
                response,
                () -> operations.silence(visitor.actor(), caller.tenant().name(), forms.bind(form, Silence.class)));
    }
}
