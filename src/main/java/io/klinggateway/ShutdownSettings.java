package io.klinggateway;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How a replica ends.
 *
 * @param drain how long it goes on serving, and asks callers to leave, before it refuses what is new
 */
@ConfigurationProperties("gateway.shutdown")
record ShutdownSettings(@DefaultValue("0s") Duration drain) {}
