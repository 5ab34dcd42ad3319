package io.klinggateway.picturestore;

import io.klinggateway.background.BackgroundLoop;
import io.klinggateway.picturestore.PictureSettings.StoreKind;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** The store that is set up, and the work on it: on every replica, where leases decide which of them does it. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PictureSettings.class)
class PictureWiring {

    private static final Logger log = LoggerFactory.getLogger(PictureWiring.class);

    @Bean
    ApplicationRunner picturesLeftBehind(PictureSettings settings, PictureRepository pictures) {
        return _ -> {
            if (settings.store() == StoreKind.NONE && pictures.any()) {
                log.warn(
                        "gateway.pictures.store is none, and pictures were stored earlier: their bytes are not erased");
            }
        };
    }

    @Configuration(proxyBeanMethods = false)
    @Conditional(StoreConfigured.class)
    static class WithStore {

        private static final Duration COPY_INTERVAL = Duration.ofSeconds(1);
        private static final Duration ERASE_INTERVAL = Duration.ofSeconds(10);
        private static final Duration SWEEP_INTERVAL = Duration.ofMinutes(1);
        private static final Duration METERS_INTERVAL = Duration.ofSeconds(15);

        @Bean
        PictureStore pictureStore(PictureSettings settings, Clock clock) {
            return switch (settings.store()) {
                case DIRECTORY -> new DirectoryStore(Objects.requireNonNull(settings.directory()), clock);
                case S3 -> new BucketStore(settings.s3(), settings.timeout());
                case NONE -> throw new IllegalStateException("no store is set up");
            };
        }

        @Bean
        BackgroundLoop pictureCopyLoop(PictureCopier copier) {
            return new BackgroundLoop("picture-copies", COPY_INTERVAL, copier::pass);
        }

        @Bean
        BackgroundLoop pictureErasureLoop(PictureErasure erasure) {
            return new BackgroundLoop("picture-erasure", ERASE_INTERVAL, erasure::pass);
        }

        @Bean
        BackgroundLoop pictureSweepLoop(OrphanObjects orphans) {
            return new BackgroundLoop("picture-sweep", SWEEP_INTERVAL, orphans::pass);
        }

        @Bean
        BackgroundLoop pictureMetersLoop(PictureMeters meters) {
            return new BackgroundLoop("picture-meters", METERS_INTERVAL, meters::pass);
        }
    }
}
