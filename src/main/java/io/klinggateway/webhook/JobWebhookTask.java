package io.klinggateway.webhook;

import com.github.kagkarlsson.scheduler.boot.autoconfigure.Jackson3Serializer;
import com.github.kagkarlsson.scheduler.boot.config.DbSchedulerCustomizer;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.Task;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The task that brings webhooks of jobs, and how db-scheduler is set up. */
@Configuration(proxyBeanMethods = false)
class JobWebhookTask {

    @Bean
    Task<BusyDeferrals> webhookDelivery(DeliveryTasks tasks, WebhookOutbox outbox) {
        return tasks.task("webhook-delivery", outbox);
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
