package io.klinggateway.job;

import io.klinggateway.generation.AdmissionRepository;
import io.klinggateway.generation.Quote;
import io.klinggateway.generation.RequestAllowance;
import io.klinggateway.imagerequest.ImageRequest;
import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.tenant.Caller;
import java.util.function.Consumer;
import org.springframework.stereotype.Component;

/** Quotes requests: validated and priced as admission does it, and judged by the same counts. */
@Component
class Quotes {

    private final AdmissionRepository admissions;
    private final PriceList prices;
    private final ReferenceImages images;

    Quotes(AdmissionRepository admissions, PriceList prices, ReferenceImages images) {
        this.admissions = admissions;
        this.images = images;
        this.prices = prices;
    }

    /**
     * @param allowance is told where the tenant stands with its requests, this one counted
     * @throws ProblemException if its image must not be used, or the tenant is out of requests
     */
    Quote quote(Caller caller, ImageRequest request, Consumer<RequestAllowance> allowance) {
        images.check(caller, request);
        return admissions.quote(caller, prices.price(request), allowance);
    }

    /**
     * Counts as no request, and leaves the queue out of account.
     *
     * @throws ProblemException if its image must not be used
     */
    Quote quoteUncounted(Caller caller, ImageRequest request) {
        images.check(caller, request);
        return admissions.quoteUncounted(caller, prices.price(request));
    }
}
