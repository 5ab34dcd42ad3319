package io.klinggateway.generation;

/**
 * Where a generation is on its way.
 *
 * @param status as tenants see it
 * @param waiting in the queue; nothing has reached the vendor
 * @param sending an attempt is open, or an earlier one may have reached the vendor
 * @param withdrawn ended with an error answer; no tenant sees it
 */
public record GenerationSnapshot(String status, boolean waiting, boolean sending, boolean withdrawn) {}
