package io.klinggateway.signin;

/** The identity provider cannot be asked now. */
final class ProviderAway extends RuntimeException {

    ProviderAway(String why) {
        super("the identity provider cannot be asked now: " + why);
    }
}
