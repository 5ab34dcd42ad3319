package io.klinggateway.recovery;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of readiness: a replica whose admission gate is closed gets no requests. */
@Component
class RecoveryHealthIndicator implements HealthIndicator {

    private final RecoveryGate gate;

    RecoveryHealthIndicator(RecoveryGate gate) {
        this.gate = gate;
    }

    @Override
    public Health health() {
        return gate.isClosed() ? Health.outOfService().build() : Health.up().build();
    }
}
