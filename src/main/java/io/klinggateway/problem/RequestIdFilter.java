package io.klinggateway.problem;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.filter.OncePerRequestFilter;

/** Names every request before anything else looks at it, so that even the earliest refusal carries an id. */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class RequestIdFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        String offered = response.getHeader(RequestId.HEADER);
        String requestId = RequestId.choose(offered != null ? offered : request.getHeader(RequestId.HEADER));
        response.setHeader(RequestId.HEADER, requestId);
        RequestId.enter(requestId);
        try {
            chain.doFilter(request, response);
        } finally {
            RequestId.leave();
        }
    }

    /** The container's error page is a dispatch of its own; it keeps the id that the first one set. */
    @Override
    protected boolean shouldNotFilterErrorDispatch() {
        return false;
    }

    /** An error page, later, answers the same request. */
    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }
}
