package io.klinggateway.console;

import io.klinggateway.admin.CreditRequestOperations;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ModelAttribute;

/** How many requests for credits wait for an answer: the head of each of the operators' pages says so. */
@ControllerAdvice(basePackageClasses = OpenRequestCount.class)
class OpenRequestCount {

    private final CreditRequestOperations requests;

    OpenRequestCount(CreditRequestOperations requests) {
        this.requests = requests;
    }

    /** Of the request, not of the model: what is in the model may end in the address of a redirect. */
    @ModelAttribute
    void count(HttpServletRequest request, @Nullable Authentication visitor) {
        if (visitor instanceof Visitor known && known.isOperator()) {
            request.setAttribute("openRequests", requests.countOpen());
        }
    }
}
