package io.klinggateway;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

@SpringBootApplication
public class KlingGatewayApplication {

    public static void main(String[] args) {
        SpringApplication.run(KlingGatewayApplication.class, args);
    }
}
