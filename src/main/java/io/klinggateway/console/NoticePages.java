package io.klinggateway.console;

import io.klinggateway.admin.Actor;
import io.klinggateway.admin.NoticeOperations;
import io.klinggateway.admin.NoticeRequests.ChannelTest;
import io.klinggateway.admin.NoticeRequests.NewChannel;
import io.klinggateway.admin.NoticeRequests.Silence;
import io.klinggateway.admin.NoticeRequests.ThresholdList;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The forms that say what a tenant hears of, and where. */
@Controller
@RequestMapping("/console/operator/tenants/{name}/notices")
class NoticePages {

    private final NoticeOperations notices;
    private final TenantForms page;
    private final Forms forms;

    NoticePages(NoticeOperations notices, TenantForms page, Forms forms) {
        this.notices = notices;
        this.page = page;
        this.forms = forms;
    }

    @PostMapping("/channels")
    String add(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "channel", () -> {
            notices.setChannel(actor, name, forms.bind(form, NewChannel.class));
            return "channel";
        });
    }

    @PostMapping("/channels/{channel}/remove")
    String remove(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @PathVariable String channel,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "removal", () -> {
            notices.removeChannel(actor, name, channel);
            return "no-channel";
        });
    }

    @PostMapping("/channels/{channel}/test")
    String test(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @PathVariable String channel,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "test", () -> {
            notices.test(actor, name, new ChannelTest(channel));
            return "test";
        });
    }

    @PostMapping("/thresholds")
    String thresholds(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "thresholds", () -> {
            notices.setThresholds(actor, name, forms.bind(form, ThresholdList.class));
            return "thresholds";
        });
    }

    @PostMapping("/silence")
    String silence(
            @AuthenticationPrincipal Actor actor,
            @PathVariable String name,
            @RequestParam Map<String, String> form,
            Model model,
            HttpServletResponse response) {
        return page.change(model, response, name, "silence", () -> {
            Silence silence = forms.bind(form, Silence.class);
            notices.silence(actor, name, silence);
            return silence.silencedUntil() == null ? "heard" : "silenced";
        });
    }
}
