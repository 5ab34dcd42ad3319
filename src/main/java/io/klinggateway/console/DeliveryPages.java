package io.klinggateway.console;

import io.klinggateway.admin.DeliveryOperations;
import io.klinggateway.admin.NoticeOperations;
import io.klinggateway.admin.Operator;
import io.klinggateway.ledger.GenerationId;
import io.klinggateway.notice.Notices;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.support.Uuids;
import io.klinggateway.tenant.Tenants;
import io.klinggateway.webhook.Deliveries;
import io.klinggateway.webhook.Delivery;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Webhooks and notices that do not arrive, for operators. */
@Controller
@RequestMapping("/console/operator/deliveries")
class DeliveryPages {

    private static final int SHOWN = 50;

    private final Deliveries deliveries;
    private final Tenants tenants;
    private final DeliveryOperations operations;
    private final Notices notices;
    private final NoticeOperations noticeOperations;

    DeliveryPages(
            Deliveries deliveries,
            Tenants tenants,
            DeliveryOperations operations,
            Notices notices,
            NoticeOperations noticeOperations) {
        this.deliveries = deliveries;
        this.tenants = tenants;
        this.operations = operations;
        this.notices = notices;
        this.noticeOperations = noticeOperations;
    }

    @GetMapping
    String failing(@RequestParam(required = false) @Nullable String done, Model model) {
        List<Delivery> failing = deliveries.failing(SHOWN);
        model.addAttribute("done", done);
        model.addAttribute("deliveries", failing);
        model.addAttribute(
                "names", tenants.names(failing.stream().map(Delivery::tenant).toList()));
        model.addAttribute("notices", notices.failing(SHOWN));
        return "console/deliveries";
    }

    @PostMapping("/{id}/retry")
    String retry(@AuthenticationPrincipal Operator operator, @PathVariable String id) {
        operations.retry(
                operator, Uuids.parse(id).map(GenerationId::new).orElseThrow(() -> notFound("There is no such job")));
        return "redirect:/console/operator/deliveries?done=retried";
    }

    @PostMapping("/notices/{id}/retry")
    String sendAgain(@AuthenticationPrincipal Operator operator, @PathVariable String id) {
        noticeOperations.retry(operator, Uuids.parse(id).orElseThrow(() -> notFound("There is no such notice")));
        return "redirect:/console/operator/deliveries?done=sent";
    }

    private static ProblemException notFound(String sentence) {
        return new ProblemException(Problem.of(ProblemCode.NOT_FOUND, sentence));
    }
}
