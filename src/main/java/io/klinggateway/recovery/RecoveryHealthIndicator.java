package io.klinggateway.recovery;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of readiness: a replica whose door is closed gets no requests. */
@Component
class RecoveryHealthIndicator implements HealthIndicator {

    private final RecoveryGate door;

    RecoveryHealthIndicator(RecoveryGate door) {
        this.door = door;
    }

    @Override
    public Health health() {
        return door.isClosed() ? Health.outOfService().build() : Health.up().build();
    }
}
