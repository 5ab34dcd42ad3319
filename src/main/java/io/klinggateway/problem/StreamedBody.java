package io.klinggateway.problem;

/**
 * A path whose POSTs have larger bodies than any other. Who serves it bounds their size, their time and their number, and reads
 * them as they come.
 */
public record StreamedBody(String path) {}
