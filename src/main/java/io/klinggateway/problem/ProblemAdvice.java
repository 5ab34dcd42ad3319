package io.klinggateway.problem;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.BindException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers whatever ends a request of the API. */
@RestControllerAdvice
class ProblemAdvice {

    private final Problems problems;
    private final ErrorCounter refusals;

    ProblemAdvice(Problems problems, ErrorCounter refusals) {
        this.problems = problems;
        this.refusals = refusals;
    }

    /**
     * @return null if there is no one to answer
     * @throws Exception the failure itself, if an answer has begun: the container breaks the connection off, so that what was
     *     sent is not taken for whole
     */
    @ExceptionHandler({RuntimeException.class, ServletException.class, BindException.class, IOException.class})
    @Nullable
    ResponseEntity<Problem> failed(Exception failure, HttpServletRequest request, HttpServletResponse response)
            throws Exception {
        if (ClientDisconnect.caused(failure)) {
            refusals.hungUp();
            return null;
        }
        boolean gone = ClientDisconnect.isNotedOf(request);
        if (!gone && response.isCommitted()) {
            throw failure;
        }
        // Asked once: a failure of our own is logged by it.
        ResponseEntity<Problem> answer = problems.answer(failure);
        if (gone && answer.getStatusCode() != HttpStatus.INTERNAL_SERVER_ERROR) {
            refusals.hungUp();
            return null;
        }
        if (response.isCommitted()) {
            throw failure;
        }
        return answer;
    }
}
