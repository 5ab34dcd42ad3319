package io.klinggateway;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.HttpStatus;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What the calls of the API answer when they refuse, one body for each code that a call may have. */
final class ErrorExamples {

    static final String GENERATE = "POST /v2/images/generate";

    private static final String REQUEST_ID = "5f6b2a55-6c1e-4a39-9a53-0d6c9d7e3b11";

    private final JsonMapper json;

    ErrorExamples(JsonMapper json) {
        this.json = json;
    }

    /** @param call method and path */
    MediaType body(String call, Operation operation, HttpStatus status) {
        MediaType body = new MediaType().schema(new Schema<>().$ref("Problem"));
        problems(call, operation, status)
                .forEach(problem -> body.addExamples(problem.code().wire(), new Example().value(members(problem))));
        return body;
    }

    private Map<String, Object> members(Problem problem) {
        Map<String, Object> members = new LinkedHashMap<>(json.convertValue(problem, new TypeReference<>() {}));
        members.put("requestId", REQUEST_ID);
        return members;
    }

    private static List<Problem> problems(String call, Operation operation, HttpStatus status) {
        boolean operators = call.contains(" /admin/");
        return switch (status) {
            case BAD_REQUEST -> badRequest(call, operation);
            case UNAUTHORIZED ->
                List.of(
                        Problem.of(
                                ProblemCode.API_KEY_MISSING,
                                operators ? "An operator's bearer token is required" : "API key is required"),
                        Problem.of(
                                ProblemCode.API_KEY_INVALID, operators ? "Invalid operator token" : "Invalid API key"));
            case PAYMENT_REQUIRED ->
                List.of(Problem.of(ProblemCode.INSUFFICIENT_CREDITS, "Insufficient credits")
                        .withCredits(8, 3, "tenant", "month", Instant.parse("2026-12-01T00:00:00Z")));
            case FORBIDDEN -> List.of(Problem.of(ProblemCode.API_KEY_INACTIVE, "API key is inactive"));
            case NOT_FOUND ->
                List.of(Problem.of(ProblemCode.NOT_FOUND, operators ? "There is no team \"design\"" : "Job not found"));
            case CONFLICT ->
                List.of(
                        call.equals(GENERATE)
                                ? Problem.of(
                                        ProblemCode.IDEMPOTENCY_CONFLICT,
                                        "This Idempotency-Key was used with another body; use a new Idempotency-Key")
                                : Problem.of(ProblemCode.CONFLICT, "The name \"design\" is taken"));
            case UNSUPPORTED_MEDIA_TYPE ->
                List.of(Problem.of(
                        ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Type must be application/json (got \"text/plain\")"));
            case CONTENT_TOO_LARGE ->
                List.of(Problem.of(ProblemCode.BODY_TOO_LARGE, ProblemCode.BODY_TOO_LARGE.title()));
            case TOO_MANY_REQUESTS ->
                List.of(
                        Problem.of(ProblemCode.RATE_LIMITED, "The team's limit of 60 requests per minute is reached"),
                        Problem.of(
                                ProblemCode.QUEUE_FULL,
                                "The team's queue is full; try again when some of its jobs have ended"));
            case SERVICE_UNAVAILABLE ->
                List.of(Problem.of(ProblemCode.OVERLOADED, "The gateway cannot reach its database now; try again"));
            default -> List.of(Problem.of(ProblemCode.INTERNAL_ERROR, "Internal error"));
        };
    }

    private static List<Problem> badRequest(String call, Operation operation) {
        if (call.startsWith("POST /v2/images/")) {
            return List.of(
                    Problem.invalid("klingImageParams.n", "must be from 1 to 4 (got 5)"),
                    Problem.of(ProblemCode.MALFORMED_JSON, "The body is empty; it must be a JSON object"));
        }
        List<Parameter> all = operation.getParameters() == null ? List.of() : operation.getParameters();
        String known = all.stream()
                .filter(parameter -> "query".equals(parameter.getIn()))
                .map(Parameter::getName)
                .collect(Collectors.joining(", "));
        return List.of(Problem.invalid(
                "colour", "is not a parameter of " + call + " (it has " + (known.isEmpty() ? "none" : known) + ")"));
    }
}
