package io.klinggateway.upload;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.problem.StreamedBody;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Forgets on every replica whose a file was that the vendor has deleted long ago. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(UploadSettings.class)
class UploadLoops {

    private static final Duration INTERVAL = Duration.ofMinutes(10);

    /** For so long a request that names it hears that it has expired. */
    private static final Duration KEPT = Duration.ofDays(30);

    private static final int MOST_AT_ONCE = 500;

    @Bean
    BackgroundLoop uploadRetentionLoop(UploadRepository uploads) {
        return new BackgroundLoop(
                "upload-retention", INTERVAL, () -> uploads.forget(KEPT, MOST_AT_ONCE) == MOST_AT_ONCE);
    }

    @Bean
    StreamedBody uploadBody() {
        return new StreamedBody(UploadsController.PATH);
    }
}
