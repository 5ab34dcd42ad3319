package io.klinggateway.console;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.Problems;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.servlet.ModelAndView;

/** Whatever a page fails with is shown as a page. */
@ControllerAdvice(basePackageClasses = ConsoleAdvice.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
class ConsoleAdvice {

    static final String PAGE = "console/problem";

    private final Problems problems;

    ConsoleAdvice(Problems problems) {
        this.problems = problems;
    }

    @ExceptionHandler
    ModelAndView failed(Exception failure) {
        Problem problem = problems.of(failure);
        ModelAndView page = new ModelAndView(PAGE);
        page.setStatus(HttpStatusCode.valueOf(problem.status()));
        page.addObject("problem", problem);
        return page;
    }

    /** What no other page is at. */
    @Controller
    static class NoSuchPage {

        @RequestMapping("/console/**")
        String noSuchPage() {
            throw new ProblemException(Problem.of(ProblemCode.NOT_FOUND, "There is no such page"));
        }
    }
}
