package io.klinggateway.generation;

/** The key names another request of the same tenant. */
public final class IdempotencyConflict extends RuntimeException {}
