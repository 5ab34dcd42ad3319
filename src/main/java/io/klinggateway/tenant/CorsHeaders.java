package io.klinggateway.tenant;

import java.io.IOException;
import org.springframework.http.server.ServerHttpRequest;
import org.springframework.http.server.ServerHttpResponse;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.DefaultCorsProcessor;

/**
 * Tells browsers what pages may read, and refuses no request: a browser keeps a page away by itself if it is told nothing,
 * and other callers, or a page of the gateway's own behind a proxy, may send any origin.
 */
final class CorsHeaders extends DefaultCorsProcessor {

    /** @return whether the request goes on; a preflight, which asks for nothing but the headers, may end here */
    @Override
    protected boolean handleInternal(
            ServerHttpRequest request, ServerHttpResponse response, CorsConfiguration rules, boolean preflight)
            throws IOException {
        return super.handleInternal(request, response, rules, preflight) || !preflight;
    }

    /** Would answer 403 with a body that is none of the API's. */
    @Override
    protected void rejectRequest(ServerHttpResponse response) {
        // What is not allowed is not said.
    }
}
