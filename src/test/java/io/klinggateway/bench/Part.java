package io.klinggateway.bench;

/** A process, or a family of them, whose work is counted; and all that is none of ours. */
enum Part {
    GATEWAY,
    POSTGRES,
    VENDOR,
    LOAD,
    OTHERS
}
