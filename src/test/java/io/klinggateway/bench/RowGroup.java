package io.klinggateway.bench;

/** Rows of the report that are measured together. Nothing waits in the deployment when it begins. */
interface RowGroup {
    void measure(Deployment deployment, Report report);
}
