package io.klinggateway.notice;

import com.github.kagkarlsson.scheduler.task.Task;
import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.webhook.DeliveryTasks;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What every replica does for notices beside serving requests. */
@Configuration(proxyBeanMethods = false)
class NoticeLoops {

    private static final Duration INTERVAL = Duration.ofMinutes(1);
    private static final int MOST_AT_ONCE = 500;

    @Bean
    Task<?> noticeDelivery(DeliveryTasks tasks, NoticeOutbox outbox) {
        return tasks.of("notice-delivery", outbox);
    }

    @Bean
    BackgroundLoop operatorChannelsLoop(OperatorChannels channels) {
        return new BackgroundLoop("operator-channels", INTERVAL, channels::pass);
    }

    @Bean
    BackgroundLoop expiringKeysLoop(NoticeRepository notices) {
        return new BackgroundLoop("expiring-keys", INTERVAL, () -> {
            long _ = notices.raiseExpiringKeys();
            return false;
        });
    }

    @Bean
    BackgroundLoop noticeRetentionLoop(NoticeRepository notices, NoticeSettings settings) {
        return new BackgroundLoop(
                "notice-retention", INTERVAL, () -> notices.forget(settings.retention(), MOST_AT_ONCE) == MOST_AT_ONCE);
    }
}
