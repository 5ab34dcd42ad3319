package io.klinggateway.problem;

import java.util.List;
import java.util.Objects;
import org.springframework.context.ApplicationContext;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.method.ControllerAdviceBean;
import org.springframework.web.method.annotation.ExceptionHandlerMethodResolver;
import org.springframework.web.method.support.InvocableHandlerMethod;

/** Says what a failure means, for pages that do not answer in JSON: in the words in which the API would answer. */
@Component
public class Problems {

    private final ApplicationContext context;

    Problems(ApplicationContext context) {
        this.context = context;
    }

    /** By the advice of the module that owns the exception; {@code INTERNAL_ERROR} if none knows it. */
    public Problem of(Exception failure, ServletWebRequest request) {
        for (ControllerAdviceBean advice : advices()) {
            var handler = new ExceptionHandlerMethodResolver(Objects.requireNonNull(advice.getBeanType()))
                    .resolveMethod(failure);
            if (handler != null) {
                return answer(new InvocableHandlerMethod(advice.resolveBean(), handler), failure, request);
            }
        }
        return Problem.of(ProblemCode.INTERNAL_ERROR, "Internal error");
    }

    private List<ControllerAdviceBean> advices() {
        return ControllerAdviceBean.findAnnotatedBeans(context).stream()
                .filter(advice -> advice.getBeanType() != null
                        && advice.getBeanType().isAnnotationPresent(RestControllerAdvice.class))
                .toList();
    }

    private static Problem answer(InvocableHandlerMethod handler, Exception failure, ServletWebRequest request) {
        try {
            Object answer = handler.invokeForRequest(request, null, failure, request);
            return answer instanceof ResponseEntity<?> entity && entity.getBody() instanceof Problem problem
                    ? problem
                    : Problem.of(ProblemCode.INTERNAL_ERROR, "Internal error");
        } catch (Exception unexpected) {
            throw new IllegalStateException("an advice failed", unexpected);
        }
    }
}
