package io.klinggateway;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Shares one apiframe key among many teams. */
@SpringBootApplication(exclude = UserDetailsServiceAutoConfiguration.class)
public class KlingGatewayApplication {

    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(KlingGatewayApplication.class);
        application.addListeners(new RequiredSettings());
        application.run(args);
    }

    /** For everything but credits, periods and leases: their time is the database's. */
    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
