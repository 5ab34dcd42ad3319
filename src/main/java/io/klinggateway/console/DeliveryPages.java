package io.klinggateway.console;

import io.klinggateway.admin.DeliveryOperations;
import io.klinggateway.admin.Operator;
import io.klinggateway.ledger.GenerationId;
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

/** Webhooks that fail, for operators. */
@Controller
@RequestMapping("/console/operator/deliveries")
class DeliveryPages {

    private static final int SHOWN = 50;

    private final Deliveries deliveries;
    private final Tenants tenants;
    private final DeliveryOperations operations;

    DeliveryPages(Deliveries deliveries, Tenants tenants, DeliveryOperations operations) {
        this.deliveries = deliveries;
        this.tenants = tenants;
        this.operations = operations;
    }

    @GetMapping
    String failing(@RequestParam(required = false) @Nullable String done, Model model) {
        List<Delivery> failing = deliveries.failing(SHOWN);
        model.addAttribute("done", done);
        model.addAttribute("deliveries", failing);
        model.addAttribute(
                "names", tenants.names(failing.stream().map(Delivery::tenant).toList()));
        return "console/deliveries";
    }

    @PostMapping("/{id}/retry")
    String retry(@AuthenticationPrincipal Operator operator, @PathVariable String id) {
        operations.retry(
                operator,
                Uuids.parse(id)
                        .map(GenerationId::new)
                        .orElseThrow(
                                () -> new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such job"))));
        return "redirect:/console/operator/deliveries?done=retried";
    }
}
