package io.klinggateway.problem;

import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Maps what the framework refuses. The last of the advices: a module's own comes before it. */
@RestControllerAdvice
@Order(Ordered.LOWEST_PRECEDENCE)
class ProblemAdvice extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
    private static final String LOCK_TIMEOUT = "55P03";
    private static final Duration DATABASE_RETRY = Duration.ofSeconds(5);

    @ExceptionHandler
    ResponseEntity<Problem> refused(ProblemException refused) {
        return refused.problem().toResponse(refused.retryAfter());
    }

    @ExceptionHandler
    ResponseEntity<Problem> wrongType(MethodArgumentTypeMismatchException mismatch) {
        return Problem.invalid(mismatch.getName(), "has the wrong type").toResponse();
    }

    /** A parameter's name that no caller means; found out only when somebody reads it. */
    @ExceptionHandler(RequestRejectedException.class)
    ResponseEntity<Problem> rejected() {
        return StatusProblems.of(400).toResponse();
    }

    /** The container reads parameters when they are first asked for, and fails then. */
    @ExceptionHandler
    ResponseEntity<Problem> undecodable(InvalidParameterException mangled) {
        return StatusProblems.of(mangled.getErrorCode()).toResponse();
    }

    @ExceptionHandler({
        DataAccessResourceFailureException.class,
        TransientDataAccessException.class,
        CannotCreateTransactionException.class,
        TransactionSystemException.class
    })
    ResponseEntity<Problem> databaseAway(Exception failure) {
        log.warn("request not served, the database is not available: {}", failure.getMessage());
        return Problem.of(ProblemCode.OVERLOADED, "The gateway cannot reach its database now; try again")
                .toResponse(DATABASE_RETRY);
    }

    /** A lock that was waited for in vain is nobody's fault and passes, but has no kind of its own. */
    @ExceptionHandler
    ResponseEntity<Problem> databaseFailed(DataAccessException failure) {
        return failure.getRootCause() instanceof SQLException cause && LOCK_TIMEOUT.equals(cause.getSQLState())
                ? databaseAway(failure)
                : failed(failure);
    }

    @ExceptionHandler
    ResponseEntity<Problem> failed(RuntimeException failure) {
        log.error("request failed", failure);
        return Problem.of(ProblemCode.INTERNAL_ERROR, "Internal error").toResponse();
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return asObject(Problem.of(ProblemCode.MALFORMED_JSON, "The body must be a JSON object")
                .toResponse());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
            MissingServletRequestParameterException missing,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return asObject(
                Problem.invalid(missing.getParameterName(), "is required").toResponse());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException invalid, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Map<String, List<String>> details = new LinkedHashMap<>();
        invalid.getParameterValidationResults().forEach(result -> {
            String name = String.valueOf(result.getMethodParameter().getParameterName());
            String path = result instanceof ParameterErrors errors ? errors.getObjectName() : name;
            details.put(
                    path,
                    result.getResolvableErrors().stream()
                            .map(error -> String.valueOf(error.getDefaultMessage()))
                            .toList());
        });
        return asObject(Problem.invalid(details).toResponse());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception refused, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        Problem problem = StatusProblems.of(status.value());
        if (problem.code() == ProblemCode.INTERNAL_ERROR) {
            log.error("request failed", refused);
        }
        return asObject(problem.toResponse(headers));
    }

    @SuppressWarnings("unchecked")
    private static ResponseEntity<Object> asObject(ResponseEntity<Problem> response) {
        return (ResponseEntity<Object>) (ResponseEntity<?>) response;
    }
}
