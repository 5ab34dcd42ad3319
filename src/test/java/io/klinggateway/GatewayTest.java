package io.klinggateway;

import io.klinggateway.database.MigratedDatabaseInitializer;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestConstructor;

/**
 * The whole gateway on a port of its own, with a database and a simulated vendor of its own. All tests share one, so
 * each makes its own tenants and counts nothing but theirs. Ask for a {@link Gateway} in the constructor.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = KlingGatewayApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "apiframe.requests-per-minute=600000",
            "gateway.tracking.interval=200ms",
            "gateway.queue.attempt-deadline=12s",
            "gateway.queue.lease=15s"
        })
@AutoConfigureMetrics
@ContextConfiguration(initializers = {MigratedDatabaseInitializer.class, VendorInitializer.class})
@Import(Gateway.class)
@TestConstructor(autowireMode = TestConstructor.AutowireMode.ALL)
public @interface GatewayTest {}
