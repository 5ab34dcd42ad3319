package io.klinggateway.problem;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.BindException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Answers whatever ends a request of the API. */
@RestControllerAdvice
class ProblemAdvice {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    private final Problems problems;

    ProblemAdvice(Problems problems) {
        this.problems = problems;
    }

    /**
     * @return null if there is no one to answer
     * @throws Exception the failure itself, if an answer has begun: the container breaks the connection off, so that what was
     *     sent is not taken for whole
     */
    @ExceptionHandler({RuntimeException.class, ServletException.class, BindException.class, IOException.class})
    @Nullable
    ResponseEntity<Problem> failed(Exception failure, HttpServletResponse response) throws Exception {
        if (ClientDisconnect.caused(failure)) {
            log.info("not answered, the caller has hung up");
            return null;
        }
        if (response.isCommitted()) {
            throw failure;
        }
        return problems.answer(failure);
    }
}
