package io.klinggateway.webhook;

import com.github.kagkarlsson.scheduler.boot.autoconfigure.Jackson3Serializer;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerCustomizer;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import io.klinggateway.ledger.GenerationId;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How db-scheduler runs the couriers: one task for each delivery, picked up by any replica, revived if one dies. */
@Configuration(proxyBeanMethods = false)
class DeliveryTask {

    private static final Duration AFTER_A_FAULT_OF_OURS = Duration.ofSeconds(10);

    @Bean
    Task<Delay> webhookDelivery(Courier courier, Clock clock) {
        return Tasks.custom("webhook-delivery", Delay.class)
                .onFailure(new FailureHandler.OnFailureRetryLater<>(AFTER_A_FAULT_OF_OURS))
                .execute((instance, _) -> after(
                        courier.attempt(new GenerationId(UUID.fromString(instance.getId())), instance.getData()),
                        clock));
    }

    private static CompletionHandler<Delay> after(Courier.Next next, Clock clock) {
        return switch (next) {
            case Courier.Next.Nothing _ -> new CompletionHandler.OnCompleteRemove<>();
            case Courier.Next.Again again ->
                (completed, operations) ->
                        operations.reschedule(completed, clock.instant().plus(again.pause()), again.delay());
        };
    }

    @Bean
    DbSchedulerCustomizer schedulerOnVirtualThreads() {
        return new DbSchedulerCustomizer() {

            // Named, or the start would ask the database which one it is, and die without it.
            @Override
            public Optional<JdbcCustomization> jdbcCustomization() {
                return Optional.of(new PostgreSqlJdbcCustomization(false, false));
            }

            @Override
            public Optional<Serializer> serializer() {
                return Optional.of(new Jackson3Serializer());
            }

            @Override
            public Optional<ExecutorService> executorService() {
                return Optional.of(Executors.newVirtualThreadPerTaskExecutor());
            }
        };
    }
}
