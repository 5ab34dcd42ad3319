package io.klinggateway.problem;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** Writes a {@link Problem} where no controller is at work: in filters and for the container. */
@Component
public class ProblemWriter {

    private final JsonMapper json;
    private final ErrorCounter counter;

    ProblemWriter(JsonMapper json, ErrorCounter counter) {
        this.json = json;
        this.counter = counter;
    }

    /** With its {@code Retry-After}, if it has one. */
    public void write(HttpServletResponse response, ProblemException refused) throws IOException {
        Duration retryAfter = refused.retryAfter();
        if (retryAfter != null) {
            response.setHeader(HttpHeaders.RETRY_AFTER, Problem.retryAfterHeader(retryAfter));
        }
        write(response, refused.problem());
    }

    public void write(HttpServletResponse response, Problem problem) throws IOException {
        counter.count(problem);
        byte[] body = json.writeValueAsBytes(problem);
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
