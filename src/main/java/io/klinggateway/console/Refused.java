package io.klinggateway.console;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.Problems;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** What a form is answered with if it cannot be done: the same page again, with the reason. */
@Component
class Refused {

    private final Problems problems;

    Refused(Problems problems) {
        this.problems = problems;
    }

    /**
     * Does what a form asks.
     *
     * @param effect answers where to go next
     * @param page the form's page, shown again with {@code problem} and {@code faults} if the effect is refused
     */
    String orElse(Model model, HttpServletResponse response, Supplier<String> effect, Supplier<String> page) {
        try {
            return effect.get();
        } catch (RuntimeException refused) {
            Problem problem = problems.of(refused);
            if (problem.status() >= 500 && problem.status() != 503) {
                throw refused;
            }
            response.setStatus(problem.status());
            model.addAttribute("problem", inWords(problem));
            model.addAttribute("faults", faults(problem));
            return page.get();
        }
    }

    /** Forms do not show their idempotency key. */
    private static Problem inWords(Problem problem) {
        return problem.code() == ProblemCode.IDEMPOTENCY_CONFLICT
                ? Problem.of(
                        problem.code(),
                        "This form was already sent with other values, and those are recorded. Send it again to record"
                                + " these as well")
                : problem;
    }

    /** Asks for something; if it is refused, the model has {@code problem} and {@code faults} in its place. */
    void orElse(Model model, Runnable question) {
        try {
            question.run();
        } catch (RuntimeException refused) {
            Problem problem = problems.of(refused);
            model.addAttribute("problem", inWords(problem));
            model.addAttribute("faults", faults(problem));
        }
    }

    /**
     * The key under which a refused form is sent again: the same, for it may have been carried out all the same; a fresh
     * one if it is known to belong to another request.
     */
    static String once(Model model, String sent) {
        return model.getAttribute("problem") instanceof Problem problem
                        && problem.code() == ProblemCode.IDEMPOTENCY_CONFLICT
                ? UUID.randomUUID().toString()
                : sent;
    }

    static Map<String, List<String>> faults(Problem problem) {
        return problem.details() == null ? Map.of() : problem.details();
    }
}
