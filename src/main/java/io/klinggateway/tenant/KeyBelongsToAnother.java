package io.klinggateway.tenant;

/** A key can act for one tenant only. */
final class KeyBelongsToAnother extends RuntimeException {

    KeyBelongsToAnother(String tenant, String keyName) {
        super("the key \"" + keyName + "\" of tenant \"" + tenant + "\" already belongs to another tenant");
    }
}
