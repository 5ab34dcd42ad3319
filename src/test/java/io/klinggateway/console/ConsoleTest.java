package io.klinggateway.console;

import io.klinggateway.KlingGatewayApplication;
import io.klinggateway.running.RunningGateway;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.micrometer.metrics.test.autoconfigure.AutoConfigureMetrics;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.TestConstructor;

/** A gateway with operators, and a simulated vendor that takes two seconds for an image. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = KlingGatewayApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT,
        properties = {"gateway.admin.tokens.alice=" + ConsoleTest.TOKEN, "gateway.oversight.reconciliation-interval=1s"
        })
@AutoConfigureMetrics
@ContextConfiguration(initializers = RunningGateway.class)
@TestConstructor(autowireMode = TestConstructor.AutowireMode.ALL)
@interface ConsoleTest {

    String TOKEN = "token-of-alice-for-the-console";
}
