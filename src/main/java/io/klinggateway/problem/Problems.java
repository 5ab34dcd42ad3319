package io.klinggateway.problem;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Knows the answer to every exception. */
@Component
public class Problems {

    private final List<ProblemMapping> modules;
    private final FrameworkProblems framework;
    private final ErrorLog log;

    Problems(List<ProblemMapping> modules, FrameworkProblems framework, ErrorLog log) {
        this.modules = modules;
        this.framework = framework;
        this.log = log;
    }

    /** For pages, which do not answer in JSON: the problem that the API would answer with. It is logged as if it had. */
    public Problem of(Exception failure) {
        Problem problem = Objects.requireNonNull(answer(failure).getBody());
        log.write(problem, "console");
        return problem;
    }

    /** By the module that owns the exception, or one of its causes; {@code INTERNAL_ERROR} if none does. */
    ResponseEntity<Problem> answer(Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            ResponseEntity<Problem> answer = byModule(cause);
            if (answer != null) {
                return answer;
            }
        }
        return framework.answer(failure);
    }

    private @Nullable ResponseEntity<Problem> byModule(Throwable failure) {
        return modules.stream()
                .map(module -> module.answer(failure))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
