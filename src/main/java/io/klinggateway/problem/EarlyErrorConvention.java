package io.klinggateway.problem;

import io.micrometer.common.KeyValue;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;

/**
 * Counts a 5xx at the path that was called, also where a filter has answered: no mapping has named the path then, and an alert
 * that counts the errors of one call would know nothing of a database that is away, of a restore, or of bodies that have no room.
 */
@Component
class EarlyErrorConvention extends DefaultServerRequestObservationConvention {

    private static final int LOWEST_SERVER_ERROR = 500;

    private final Routes routes;

    EarlyErrorConvention(Routes routes) {
        this.routes = routes;
    }

    /** Of paths without variables: others are as many as there are jobs. */
    @Override
    protected KeyValue uri(ServerRequestObservationContext context) {
        HttpServletRequest request = context.getCarrier();
        HttpServletResponse response = context.getResponse();
        if (context.getPathPattern() == null
                && request != null
                && response != null
                && response.getStatus() >= LOWEST_SERVER_ERROR
                && routes.parameters(request.getMethod(), request.getRequestURI()) != null) {
            return KeyValue.of("uri", request.getRequestURI());
        }
        return super.uri(context);
    }
}
