package io.klinggateway.problem;

import io.swagger.v3.oas.annotations.Hidden;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.apache.coyote.BadRequestException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Answers what the container hands to its error page: refusals of filters and of the HTTP firewall. */
@Hidden
@RestController
class ContainerErrors implements ErrorController {

    private static final Logger log = LoggerFactory.getLogger(ContainerErrors.class);

    /** @return null if an answer has begun: the container breaks it off, and would send this one as its end */
    @RequestMapping("${spring.web.error.path:/error}")
    @Nullable
    ResponseEntity<Problem> error(HttpServletRequest request, HttpServletResponse response) {
        Object failure = request.getAttribute(RequestDispatcher.ERROR_EXCEPTION);
        if (response.isCommitted()) {
            if (failure instanceof Throwable unexpected && !isTheCallers(failure)) {
                log.error("request failed, and its answer is broken off", unexpected);
            }
            return null;
        }
        if (failure instanceof ProblemException refused) {
            return refused.problem().toResponse(refused.retryAfter());
        }
        if (isTheCallers(failure)) {
            return StatusProblems.of(400).toResponse();
        }
        if (failure instanceof Throwable unexpected) {
            // The container writes of it, too, but knows no request ids.
            log.error("request failed", unexpected);
        }
        int status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer code ? code : 404;
        return StatusProblems.of(status).toResponse();
    }

    /** Tomcat notes that a body cannot be read, and reports it as a failure even where a page was answered. */
    private static boolean isTheCallers(@Nullable Object failure) {
        return failure instanceof BadRequestException
                || (failure instanceof Throwable cause && ClientDisconnect.caused(cause))
                || failure instanceof EOFException
                || failure instanceof SocketTimeoutException
                || failure instanceof SocketException; // what has gone wrong between us and others is answered before
    }
}
