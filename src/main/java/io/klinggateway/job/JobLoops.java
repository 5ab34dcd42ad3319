package io.klinggateway.job;

import io.klinggateway.background.BackgroundLoop;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class JobLoops {

    @Bean
    BackgroundLoop jobWatchersLoop(JobWatchers watchers) {
        return new BackgroundLoop("job-watchers", WatchedJobs.INTERVAL, watchers::pass);
    }
}
