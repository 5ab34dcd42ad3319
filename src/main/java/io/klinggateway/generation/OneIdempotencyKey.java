package io.klinggateway.generation;

import io.klinggateway.problem.Problem;
import io.klinggateway.problem.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Enumeration;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** Refuses a call with two idempotency keys: Spring joins them into a third, and the vendor would take one of them. */
@Component
class OneIdempotencyKey implements HandlerInterceptor, WebMvcConfigurer {

    @Override
    public void addInterceptors(InterceptorRegistry registry) {
        registry.addInterceptor(this);
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler) {
        Enumeration<String> keys = request.getHeaders(IdempotencyKey.HEADER);
        if (keys.hasMoreElements()) {
            keys.nextElement();
            if (keys.hasMoreElements()) {
                throw new ProblemException(Problem.invalid(IdempotencyKey.HEADER, "must be given once"));
            }
        }
        return true;
    }
}
