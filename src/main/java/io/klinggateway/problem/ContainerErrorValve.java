package io.klinggateway.problem;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** Answers what Tomcat refuses before any filter runs, such as a request line that is no HTTP. */
class ContainerErrorValve extends ErrorReportValve {

    private final ProblemWriter problems;

    ContainerErrorValve(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        HttpServletResponse answer = response.getResponse();
        String requestId = RequestId.choose(answer.getHeader(RequestId.HEADER));
        RequestId.enter(requestId);
        try {
            answer.setHeader(RequestId.HEADER, requestId);
            problems.write(answer, StatusProblems.of(response.getStatus()));
            response.finishResponse();
        } catch (IOException | IllegalStateException gone) {
            // The caller is gone or has been answered already.
            container.getLogger().debug("error answer not sent", gone);
        } finally {
            RequestId.leave();
        }
    }

    /** Puts the valve in the place of Tomcat's HTML page. */
    @Component
    static class Installer implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

        private final ProblemWriter problems;

        Installer(ProblemWriter problems) {
            this.problems = problems;
        }

        @Override
        public void customize(TomcatServletWebServerFactory factory) {
            factory.addContextCustomizers(context -> {
                if (context.getParent() instanceof StandardHost host) {
                    host.setErrorReportValveClass("");
                    host.getPipeline().addValve(new ContainerErrorValve(problems));
                }
            });
        }
    }
}
