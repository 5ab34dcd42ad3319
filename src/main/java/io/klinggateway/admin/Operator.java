package io.klinggateway.admin;

/**
 * Who acts, as the records show it.
 *
 * @param name of the token that was sent
 */
public record Operator(String name) {}
