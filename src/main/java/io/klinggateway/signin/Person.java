package io.klinggateway.signin;

import java.util.List;

/**
 * Somebody whom the identity provider knows.
 *
 * @param subject by which the provider tells people apart; it never changes
 * @param name for people to read; it may change, and others may have the same
 * @param roles one for each place, operators' first; at least one
 */
public record Person(String subject, String name, List<HeldRole> roles) {

    public Person {
        roles = List.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("a person without a role is none here");
        }
    }
}
