package io.klinggateway.problem;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What the gateway takes over HTTP.
 *
 * @param maxBody the largest request body
 */
@ConfigurationProperties("gateway.http")
record HttpSettings(@DefaultValue("64KB") DataSize maxBody) {}
