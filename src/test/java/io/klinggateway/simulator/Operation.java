package io.klinggateway.simulator;

/** The calls that the simulated vendor counts. */
public enum Operation {
    GENERATE,
    GET_JOB,
    LIST_JOBS,
    ME,
    MODELS,
    UPLOAD,
    FILE
}
