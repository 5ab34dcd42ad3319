package io.klinggateway.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.klinggateway.credits.Credits;
import io.klinggateway.generation.AdmissionRepository;
import io.klinggateway.generation.AdmissionRepository.Quotation;
import io.klinggateway.generation.Estimate;
import io.klinggateway.generation.Estimate.Verdict;
import io.klinggateway.generation.LimitReached;
import io.klinggateway.generation.RequestAllowance;
import io.klinggateway.image.ImageRequest;
import io.klinggateway.image.PriceList;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.tenant.Caller;
import io.klinggateway.webhook.WebhookUrlPolicy;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says what a request would come to: validated and priced as admission does it, and judged by the same counts. */
@Component
class Quotes {

    private final AdmissionRepository admissions;
    private final PriceList prices;
    private final WebhookUrlPolicy webhookUrls;

    Quotes(AdmissionRepository admissions, PriceList prices, WebhookUrlPolicy webhookUrls) {
        this.admissions = admissions;
        this.webhookUrls = webhookUrls;
        this.prices = prices;
    }

    /** @param told is told where the tenant stands with its requests, this one counted */
    Answer quote(Caller caller, ImageRequest request, Consumer<RequestAllowance> told) {
        webhookUrls.check(request.webhookUrl());
        Credits credits = prices.quote(request).credits();
        Quotation quotation = admissions.quote(caller, credits);
        RequestAllowance allowance = quotation.allowance();
        if (allowance != null) {
            told.accept(allowance);
        }
        Estimate estimate = quotation.estimate();
        if (estimate == null) {
            throw LimitReached.ofRequests(Objects.requireNonNull(allowance));
        }
        return new Answer(
                credits.amount(),
                estimate.available().amount(),
                estimate.verdict() == Verdict.ADMITTED,
                switch (estimate.verdict()) {
                    case ADMITTED -> null;
                    case INSUFFICIENT -> ProblemCode.INSUFFICIENT_CREDITS;
                    case QUEUE_FULL -> ProblemCode.QUEUE_FULL;
                },
                estimate.resetsAt());
    }

    /**
     * @param credits what the generation would hold
     * @param available what the key may hold now
     * @param reason the code of the error that generating would answer with; absent if it would be admitted
     * @param resetsAt null for a budget that never starts anew
     */
    @Schema(name = "Quote")
    record Answer(
            @Schema(example = "4") long credits,
            @Schema(example = "950") long available,
            boolean admitted,

            @Schema(
                    type = "string",
                    allowableValues = {"insufficient_credits", "queue_full"})
            @JsonInclude(JsonInclude.Include.NON_NULL)
            @Nullable
            ProblemCode reason,

            @Nullable Instant resetsAt) {}
}
