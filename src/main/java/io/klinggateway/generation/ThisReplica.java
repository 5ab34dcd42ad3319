package io.klinggateway.generation;

import java.util.UUID;
import org.springframework.stereotype.Component;

/** Names this process among the replicas, anew at every start. */
@Component
public class ThisReplica {

    private final UUID id = UUID.randomUUID();

    public UUID id() {
        return id;
    }
}
