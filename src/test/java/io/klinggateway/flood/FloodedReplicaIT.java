package io.klinggateway.flood;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

@Tag("long")
class FloodedReplicaIT extends FloodScenario {

    FloodedReplicaIT() {
        super(Duration.ofSeconds(Integer.getInteger("flood.seconds", 20)));
    }
}
