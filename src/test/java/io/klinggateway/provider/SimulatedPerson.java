package io.klinggateway.provider;

import java.util.List;

/**
 * Somebody whom the provider knows.
 *
 * @param groups what the claim {@code groups} says
 */
public record SimulatedPerson(String subject, String name, List<String> groups) {

    public SimulatedPerson {
        groups = List.copyOf(groups);
    }

    SimulatedPerson in(List<String> otherGroups) {
        return new SimulatedPerson(subject, name, otherGroups);
    }
}
