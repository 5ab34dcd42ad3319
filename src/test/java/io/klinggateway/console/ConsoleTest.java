package io.klinggateway.console;

import io.klinggateway.running.RunningGatewayTest;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A gateway with operators that keeps images, and a simulated vendor that takes two seconds for an image. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@RunningGatewayTest(
        settings = {
            "gateway.admin.tokens.alice=" + ConsoleTest.TOKEN,
            "gateway.pictures.store=directory",
            "gateway.pictures.directory=target/pictures/${random.uuid}",
            "gateway.pictures.hosts=localhost",
            "gateway.pictures.signing-secret=signs-the-urls-of-pictures-in-the-console",
            "gateway.reconciliation.interval=1s",
            "gateway.http.trusted-proxies=127.0.0.1, ::1"
        })
@interface ConsoleTest {

    String TOKEN = "token-of-alice-for-the-console";
}
