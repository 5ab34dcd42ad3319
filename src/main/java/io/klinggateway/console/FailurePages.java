package io.klinggateway.console;

import io.klinggateway.imagerequest.PriceList;
import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemCode;
import io.klinggateway.problem.ProblemException;
import io.klinggateway.problem.Problems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.ViewResolver;

/** What fails around a page, with sessions that cannot be read for one, is shown as a page like what fails within. */
final class FailurePages extends OncePerRequestFilter {

    private static final String RETRY_SECONDS = "5";

    private final Assets assets;
    private final Problems problems;
    private final ViewResolver views;

    FailurePages(Assets assets, Problems problems, ViewResolver views) {
        this.assets = assets;
        this.problems = problems;
        this.views = views;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // Every template reads these.
        request.setAttribute("assets", assets);
        request.setAttribute("formats", Formats.INSTANCE);
        request.setAttribute("theme", Theme.of(request));
        request.setAttribute("returns", ReturnPath.here(request));
        request.setAttribute("creditsPerImage", PriceList.CREDITS_PER_IMAGE);
        try {
            chain.doFilter(request, response);
        } catch (RuntimeException failure) {
            if (response.isCommitted() && failure instanceof ProblemException) {
                return; // a form that cannot be read, which Tomcat has begun to answer
            }
            if (response.isCommitted()) {
                throw failure;
            }
            show(problems.of(failure), request, response);
        }
    }

    private void show(Problem problem, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        response.resetBuffer();
        request.setAttribute("formless", true); // a form needs the session, which may be what cannot be read
        response.setStatus(problem.status());
        if (problem.code() == ProblemCode.OVERLOADED) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
        }
        try {
            Objects.requireNonNull(views.resolveViewName(ConsoleAdvice.PAGE, Locale.ENGLISH))
                    .render(Map.of("problem", problem), request, response);
        } catch (ServletException | IOException | RuntimeException unshown) {
            throw unshown;
        } catch (Exception unshown) {
            throw new ServletException(unshown);
        }
    }
}
