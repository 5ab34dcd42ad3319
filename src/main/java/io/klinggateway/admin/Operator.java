package io.klinggateway.admin;

import io.klinggateway.tenant.Caller;

/**
 * Who acts, as the records show it.
 *
 * @param name of the token that was sent
 */
public record Operator(String name) {

    /** Of a team, that acts within its own bounds; no operator has such a name. */
    static Operator of(Caller caller) {
        return new Operator(caller.tenant().name() + "/" + caller.keyName());
    }
}
