package io.klinggateway.harness;

import io.klinggateway.ledger.EntryKind;
import io.klinggateway.ledger.HoldResolution;
import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.aopalliance.intercept.MethodInterceptor;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import reactor.core.publisher.Mono;

/**
 * Mistakes that the gateway's own process makes when one of these classes is named in {@code SPRING_MAIN_SOURCES}. None
 * carries a stereotype, so that nothing but that name brings it in. Each tells standard output when it first strikes.
 */
final class Planted {

    static final String STRUCK = "the planted bug struck";
    static final String TEXT = "PLANTED_TEXT";
    static final String REPLACEMENT = "PLANTED_REPLACEMENT";

    private static final Set<Integer> DENIALS = Set.of(401, 402, 403, 404);
    private static final AtomicBoolean TOLD = new AtomicBoolean();

    private Planted() {}

    record Rewriting(String text, String replacement) {

        String apply(String sql) {
            if (!sql.contains(text)) {
                return sql;
            }
            strike();
            return sql.replace(text, replacement);
        }
    }

    private static void strike() {
        if (TOLD.compareAndSet(false, true)) {
            System.out.println(STRUCK);
        }
    }

    /** Changes the text of one statement wherever it is run. */
    static final class RewrittenStatement {

        @Bean
        static BeanPostProcessor rewritingJdbcClient() {
            var rewriting = new Rewriting(System.getenv(TEXT), System.getenv(REPLACEMENT));
            return new BeanPostProcessor() {

                @Override
                public Object postProcessAfterInitialization(Object bean, String name) {
                    return bean instanceof JdbcClient client
                            ? (JdbcClient) sql -> client.sql(rewriting.apply(sql))
                            : bean;
                }
            };
        }
    }

    /** No answer in time is treated as if the vendor had said no. */
    static final class TimeoutTakenAsRefusal {

        private static final Duration PATIENCE = Duration.ofMillis(1500);

        @Bean
        static WebClientCustomizer timeoutTakenAsRefusal() {
            return filter((request, next) -> isSubmission(request)
                    ? next.exchange(request)
                            .timeout(PATIENCE)
                            .onErrorResume(
                                    failure -> failure instanceof TimeoutException || failure instanceof IOException,
                                    _ -> refusal())
                    : next.exchange(request));
        }
    }

    /** A 5xx is treated as if the vendor had certainly not taken the job. */
    static final class ServerErrorTakenAsRefusal {

        @Bean
        static WebClientCustomizer serverErrorTakenAsRefusal() {
            return filter((request, next) -> next.exchange(request)
                    .flatMap(response ->
                            isSubmission(request) && response.statusCode().is5xxServerError()
                                    ? response.releaseBody().then(refusal())
                                    : Mono.just(response)));
        }
    }

    /** A refusal of the account is treated as if the vendor had said no to the request, and always would have. */
    static final class DenialTakenAsFinal {

        @Bean
        static WebClientCustomizer denialTakenAsFinal() {
            return filter((request, next) -> next.exchange(request)
                    .flatMap(response -> isSubmission(request)
                                    && DENIALS.contains(response.statusCode().value())
                            ? response.releaseBody().then(refusal(HttpStatus.BAD_REQUEST))
                            : Mono.just(response)));
        }
    }

    /** Every attempt after the first has an idempotency key of its own. */
    static final class NewKeyForEachRetry {

        private static final String HEADER = "Idempotency-Key";

        @Bean
        static WebClientCustomizer newKeyForEachRetry() {
            Set<String> sent = ConcurrentHashMap.newKeySet();
            return filter((request, next) -> {
                var key = request.headers().getFirst(HEADER);
                if (key == null || sent.add(key)) {
                    return next.exchange(request);
                }
                strike();
                return next.exchange(ClientRequest.from(request)
                        .headers(
                                headers -> headers.set(HEADER, UUID.randomUUID().toString()))
                        .build());
            });
        }
    }

    /** The terminal state commits, and the credits follow when they can. */
    static final class CapturedOutsideTheTransaction {

        private static final Duration LATER = Duration.ofMillis(800);

        @Bean
        static BeanPostProcessor capturedOutsideTheTransaction(BeanFactory beans) {
            return around("ledger", "resolve", (target, method, arguments) -> {
                afterCommit(() -> Thread.ofVirtual().start(() -> {
                    Waiting.pause(LATER);
                    beans.getBean(TransactionOperations.class)
                            .executeWithoutResult(_ -> ReflectionUtils.invokeMethod(method, target, arguments));
                }));
                return null;
            });
        }

        private static void afterCommit(Runnable action) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

                @Override
                public void afterCommit() {
                    action.run();
                }
            });
        }
    }

    /** The caller hears of the error at once; the release comes later. */
    static final class ErrorToldBeforeTheRelease {

        private static final Duration LATER = Duration.ofMillis(1500);

        @Bean
        static BeanPostProcessor errorToldBeforeTheRelease() {
            return around("settlement", "refuse", (target, method, arguments) -> {
                Thread.ofVirtual().start(() -> {
                    Waiting.pause(LATER);
                    ReflectionUtils.invokeMethod(method, target, arguments);
                });
                var standing = method.getReturnType().getDeclaredConstructors()[0];
                standing.setAccessible(true);
                return standing.newInstance("FAILED", false, false, true);
            });
        }
    }

    /** The generation ends, and its credits stay held. */
    static final class ReleaseForgotten {

        @Bean
        static BeanPostProcessor releaseForgotten() {
            return around("ledger", "resolve", (target, method, arguments) -> {
                var resolution = (HoldResolution) Objects.requireNonNull(arguments[0]);
                return resolution.kind() == EntryKind.CAPTURE
                        ? ReflectionUtils.invokeMethod(method, target, arguments)
                        : null;
            });
        }
    }

    private static WebClientCustomizer filter(ExchangeFilterFunction filter) {
        return builder -> builder.filter(filter);
    }

    private static boolean isSubmission(ClientRequest request) {
        return request.method().equals(HttpMethod.POST);
    }

    private static Mono<ClientResponse> refusal() {
        return refusal(HttpStatus.FORBIDDEN);
    }

    private static Mono<ClientResponse> refusal(HttpStatus status) {
        return Mono.fromSupplier(() -> {
            strike();
            return ClientResponse.create(status)
                    .header("Content-Type", MediaType.APPLICATION_JSON_VALUE)
                    .body("{\"error\":\"planted\"}")
                    .build();
        });
    }

    private interface Instead {
        @Nullable
        Object call(Object target, Method method, @Nullable Object[] arguments) throws ReflectiveOperationException;
    }

    private static BeanPostProcessor around(String beanName, String methodName, Instead instead) {
        return new BeanPostProcessor() {

            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (!name.equals(beanName)) {
                    return bean;
                }
                var factory = new ProxyFactory(bean);
                factory.setProxyTargetClass(true);
                factory.addAdvice((MethodInterceptor) invocation -> {
                    if (!invocation.getMethod().getName().equals(methodName)) {
                        return invocation.proceed();
                    }
                    strike();
                    var method = invocation.getMethod();
                    method.setAccessible(true);
                    return instead.call(bean, method, invocation.getArguments());
                });
                return factory.getProxy();
            }
        };
    }
}
