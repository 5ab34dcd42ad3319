package io.klinggateway.problem;

import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.coyote.BadRequestException;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.ConversionNotSupportedException;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;
import org.springframework.validation.method.ParameterErrors;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpMediaTypeNotSupportedException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/** Answers what no module owns: what Spring and Tomcat refuse, and the database's absence. */
@Component
class FrameworkProblems {

    private static final Logger log = LoggerFactory.getLogger(FrameworkProblems.class);

    /** A lock that was waited for in vain, and a database that only lets itself be read: both pass. */
    private static final Set<String> PASSING = Set.of("55P03", "25006");

    private static final Duration DATABASE_RETRY = Duration.ofSeconds(5);

    private final Routes routes;
    private final DatabaseAwayLog databaseAway;

    FrameworkProblems(Routes routes, DatabaseAwayLog databaseAway) {
        this.routes = routes;
        this.databaseAway = databaseAway;
    }

    ResponseEntity<Problem> answer(Exception failure) {
        if (ClientDisconnect.caused(failure)) {
            return StatusProblems.of(400).toResponse();
        }
        return switch (failure) {
            case ProblemException refused -> refused.problem().toResponse(refused.retryAfter());
            case MethodArgumentTypeMismatchException mismatch ->
                Problem.invalid(
                                mismatch.getName(),
                                "has the wrong type " + RedactedValue.text(String.valueOf(mismatch.getValue())))
                        .toResponse();
            case MissingServletRequestParameterException missing ->
                Problem.invalid(missing.getParameterName(), "is required").toResponse();
            case HandlerMethodValidationException invalid ->
                Problem.invalid(details(invalid)).toResponse();
            // Spring looks for a body before any converter does.
            case HttpMessageNotReadableException empty
            when empty.getCause() == null -> MalformedJson.empty().toResponse();
            case HttpMessageNotReadableException _ ->
                Problem.of(ProblemCode.MALFORMED_JSON, "The body must be a JSON object")
                        .toResponse();
            // A parameter's name that no caller means; found out only when the parameter is read.
            case RequestRejectedException _ -> StatusProblems.of(400).toResponse();
            // Tomcat reads bodies and parameters when they are first asked for, and fails then.
            case BadRequestException _ -> StatusProblems.of(400).toResponse();
            case InvalidParameterException undecodable ->
                StatusProblems.of(undecodable.getErrorCode()).toResponse();
            case NoResourceFoundException missing ->
                Problem.of(ProblemCode.NOT_FOUND, "Not found: " + routes.nothingAt(missing.getResourcePath()))
                        .toResponse();
            case HttpRequestMethodNotSupportedException other ->
                Problem.of(ProblemCode.METHOD_NOT_ALLOWED, methods(other)).toResponse(other.getHeaders());
            case HttpMediaTypeNotSupportedException other ->
                Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, contentType(other))
                        .toResponse(other.getHeaders());
            case HttpMediaTypeNotAcceptableException other ->
                Problem.of(ProblemCode.NOT_ACCEPTABLE, "Accept must allow " + list(other.getSupportedMediaTypes()))
                        .toResponse(other.getHeaders());
            case DataAccessException lost when isDatabaseAway(lost) -> databaseAway(lost);
            case CannotCreateTransactionException lost -> databaseAway(lost);
            case TransactionSystemException lost -> databaseAway(lost);
            case ErrorResponse refused -> refused(failure, refused);
            case ConversionNotSupportedException _ -> internalError(failure);
            case TypeMismatchException _ -> StatusProblems.of(400).toResponse();
            case RuntimeException _ -> internalError(failure);
            case Exception wrapper when wrapper.getCause() instanceof Exception cause -> answer(cause);
            default -> internalError(failure);
        };
    }

    private static String methods(HttpRequestMethodNotSupportedException refused) {
        String[] supported = refused.getSupportedMethods();
        return supported == null
                ? ProblemCode.METHOD_NOT_ALLOWED.title()
                : refused.getMethod() + " is not allowed here; " + String.join(" and ", supported)
                        + (supported.length == 1 ? " is" : " are");
    }

    private static String contentType(HttpMediaTypeNotSupportedException refused) {
        MediaType sent = refused.getContentType();
        return "Content-Type must be " + list(refused.getSupportedMediaTypes())
                + (sent == null ? " (got none)" : " " + RedactedValue.text(sent.toString()));
    }

    private static String list(List<MediaType> types) {
        return types.isEmpty()
                ? MediaType.APPLICATION_JSON_VALUE
                : types.stream().map(MediaType::toString).distinct().collect(Collectors.joining(" or "));
    }

    private static Map<String, List<String>> details(HandlerMethodValidationException invalid) {
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
        return details;
    }

    /** Some of what passes Spring has no exception of its own for. */
    private static boolean isDatabaseAway(DataAccessException failure) {
        return failure instanceof DataAccessResourceFailureException
                || failure instanceof TransientDataAccessException
                || (failure.getRootCause() instanceof SQLException cause
                        && cause.getSQLState() != null
                        && PASSING.contains(cause.getSQLState()));
    }

    private ResponseEntity<Problem> databaseAway(Exception failure) {
        databaseAway.warn("request not served", failure);
        return Problem.of(ProblemCode.OVERLOADED, "The gateway cannot reach its database now; try again")
                .toResponse(DATABASE_RETRY);
    }

    /** What Spring MVC refuses: it says the status, and headers such as Allow. */
    private static ResponseEntity<Problem> refused(Exception failure, ErrorResponse refused) {
        Problem problem = StatusProblems.of(refused.getStatusCode().value());
        if (problem.code() == ProblemCode.INTERNAL_ERROR) {
            log.error("request failed", failure);
        }
        return problem.toResponse(refused.getHeaders());
    }

    private static ResponseEntity<Problem> internalError(Exception failure) {
        log.error("request failed", failure);
        return Problem.of(ProblemCode.INTERNAL_ERROR, "Internal error").toResponse();
    }
}
