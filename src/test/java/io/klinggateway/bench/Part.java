package io.klinggateway.bench;

/** A process, or a family of them, whose work is counted. */
enum Part {
    GATEWAY,
    POSTGRES,
    VENDOR,
    LOAD
}
