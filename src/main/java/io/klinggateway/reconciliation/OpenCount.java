package io.klinggateway.reconciliation;

import java.time.Duration;

/** Generations of one state that have not ended. */
public record OpenCount(String state, long generations, long heldCredits, Duration oldest) {}
